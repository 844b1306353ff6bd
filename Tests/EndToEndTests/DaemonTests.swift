import Foundation
import Testing

extension EndToEnd {
    @Suite("The daemon", .timeLimit(.minutes(5)))
    struct DaemonTests {
        /// Everything at once: the machine that the tests run on has been up for longer.
        private static let hasty = ["heartbeat", "db", "gstudio-logs"].map { "[collect.\($0)]\nafter_boot = \"0s\"\n" }

        private func scene() throws -> Scene {
            let scene = try Scene()
            let text = try String(contentsOfFile: scene.school.configuration, encoding: .utf8)
            try Data((text + Self.hasty.joined()).utf8).write(to: URL(fileURLWithPath: scene.school.configuration))
            return scene
        }

        @Test("collects all that is due, sends it, and ends in order within five seconds, with all as at the source")
        func wholeSchool() throws {
            let scene = try scene()
            let daemon = try scene.school.start("run")
            defer { daemon.signal(SIGKILL) }
            _ = try daemon.waitForLine(containing: "media \(collectionYear): ")
            _ = try daemon.waitForLine(containing: "system-heartbeat \(collectionYear): ")
            try untilAllAreSent(scene)
            daemon.signal(SIGTERM)
            let ended = try daemon.wait(within: 5).ended(with: 0)
            #expect(ended.errors.contains("ended in order"))
            #expect(try scene.differences() == [])

            // The next start of the same day has nothing to do but the hour's heartbeat, if that is due.
            let again = try scene.school.start("run")
            _ = try again.waitForLine(containing: "collects into")
            again.signal(SIGTERM)
            #expect(!(try again.wait(within: 5).ended(with: 0).errors.contains("media: ")))
        }

        @Test("is one at a time, and does what a person asks for beside its jobs")
        func alone() throws {
            let scene = try scene()
            let daemon = try scene.school.start("run")
            defer { daemon.signal(SIGKILL) }
            _ = try daemon.waitForLine(containing: "media \(collectionYear): ")
            let second = try scene.school.command("run").ended(with: 75)
            #expect(second.errors.contains("another clix-collectd run serves"))
            try untilAllAreSent(scene)
            try scene.school.command("collect", "server-settings").ended(with: 0)
            daemon.signal(SIGKILL)
            _ = try daemon.wait(within: 5)
            try scene.school.start("run").killedOnceItRuns()
        }

        @Test("takes a good configuration on SIGHUP, and keeps its own where the new one is wrong")
        func reload() throws {
            let scene = try scene()
            let daemon = try scene.school.start("run")
            defer { daemon.signal(SIGKILL) }
            _ = try daemon.waitForLine(containing: "collects into")
            let good = try Data(contentsOf: URL(fileURLWithPath: scene.school.configuration))
            try (good + Data("[collect.media]\nenabeld = false\n".utf8)).write(
                to: URL(fileURLWithPath: scene.school.configuration))
            daemon.signal(SIGHUP)
            _ = try daemon.waitForLine(containing: "unknown key \"enabeld\"")
            try good.write(to: URL(fileURLWithPath: scene.school.configuration))
            daemon.signal(SIGHUP)
            _ = try daemon.waitForLine(containing: "the configuration was read again")
            daemon.signal(SIGTERM)
            try daemon.wait(within: 5).ended(with: 0)
        }

        @Test("without a store collects all the same, says once that there is none, and sends when it is back")
        func offline() throws {
            let scene = try Scene(withProxy: true)
            scene.store.kill()
            let daemon = try scene.school.start("run")
            defer { daemon.signal(SIGKILL) }
            _ = try daemon.waitForLine(containing: "media: ")
            _ = try daemon.waitForLine(containing: "info: ")
            try scene.store.serve()
            scene.proxy?.follow(scene.store)
            // A change of the machine's routes would bring it sooner than its own patience does.
            _ = try daemon.waitForLine(containing: "media \(collectionYear): ", within: 120)
            daemon.signal(SIGTERM)
            let ended = try daemon.wait(within: 5).ended(with: 0)
            #expect(ended.errors.components(separatedBy: "\n").count < 60, "\(ended.errors)")
        }

        /// Every dataset that the made-up school has is at the store; bounded.
        private func untilAllAreSent(_ scene: Scene) throws {
            let deadline = Date(timeIntervalSinceNow: 120)
            while Date() < deadline {
                if try scene.differences() == [] { return }
                usleep(200_000)
            }
        }
    }
}

extension ChildProcess {
    fileprivate func killedOnceItRuns() throws {
        _ = try waitForLine(containing: "collects into")
        signal(SIGKILL)
        _ = try wait(within: 5)
    }
}
