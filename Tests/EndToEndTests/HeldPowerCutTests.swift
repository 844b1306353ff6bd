import Content
import Foundation
import Testing
import Wire

extension EndToEnd {
    /// As `PowerCuts`, for what a school's machine remembers while it waits: collections whose time is not known, what the
    /// store said of the time, and what the month's uploads have sent.
    @Suite("Power cuts while something waits", .needsPowerCuts)
    struct HeldPowerCuts {
        private struct Status: Decodable {
            struct Clock: Decodable {
                let held: Int
                let ahead_of_store_seconds: Int64?
            }
            struct Upload: Decodable { let month_bytes: UInt64 }
            let clock: Clock
            let upload: Upload
        }

        /// A school's machine under a clock of its own, on a disk that can lose its power. The store's clock may be
        /// a year ahead of it.
        private final class Place {
            let workspace: Workspace
            let disk: LoopDisk
            let clock: SteppedClock
            let store: StoreProcess
            let proxy: Proxy
            let school: SchoolMachine
            /// The school's year at first, and the store's.
            let years: [String]

            init(upload: String = "", daysBehind: Int64 = 365) throws {
                workspace = try Workspace()
                disk = try LoopDisk(in: workspace, megabytes: 256)
                clock = try SteppedClock(in: workspace, named: "school")
                let trueClock = try SteppedClock(in: workspace, named: "store")
                let now = clock.wall
                try trueClock.boot(1, wall: now + daysBehind * 86_400)
                years = [now, trueClock.wall].map(HeldPowerCuts.year)
                store = try StoreProcess(in: workspace, environment: trueClock.environment)
                try store.serve()
                proxy = try Proxy(before: store)
                school = try SchoolMachine(
                    in: workspace, url: proxy.url, staging: "\(disk.mountPoint)/staging", extra: upload)
                try ChildProcess.run("python3", [Project.madeSchool, school.source, "--small"]).ended(with: 0)
                try run("enroll", "--store", proxy.url, "--code", store.addSchool()).ended(with: 0)
            }

            @discardableResult
            func run(_ arguments: String...) throws -> ChildProcess.Finished {
                try ChildProcess.run(
                    Built.collectd, arguments + ["--config", school.configuration], environment: clock.environment,
                    within: 300)
            }

            func write(_ text: String, to name: String) throws {
                let path = "\(school.source)/home/core/data/\(name)"
                try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            }

            func cut() throws {
                try disk.cutPower()
                try disk.powerOn()
            }

            func status() throws -> Status {
                let told = try run("status", "--json").ended(with: 0)
                return try JSONDecoder().decode(Status.self, from: Data(told.output.utf8))
            }

            func atStore(_ year: String, _ path: String) -> String? {
                try? String(
                    contentsOfFile: "\(store.tree)/\(year)/mz/2039150-mz150/gstudio/\(path)", encoding: .utf8)
            }

            /// Uploads up to the first request after the greeting, when the power goes.
            func uploadUntilPowerGoes() throws {
                let reached = DispatchSemaphore(value: 0)
                let isCut = DispatchSemaphore(value: 0)
                proxy.onRequest { request in
                    guard !request.contains("/v1/hello") else { return }
                    reached.signal()
                    isCut.wait()
                    isCut.signal()
                }
                let upload = try ChildProcess(
                    Built.collectd, ["upload", "--config", school.configuration], environment: clock.environment)
                let result = reached.wait(timeout: .now() + 60)
                try disk.cutPower()
                upload.signal(SIGKILL)
                isCut.signal()
                proxy.onRequest { _ in }
                _ = try upload.wait()
                try disk.powerOn()
                #expect(result == .success)
            }
        }

        private static func year(_ seconds: Int64) -> String {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = TimeZone(identifier: "Asia/Kolkata") ?? calendar.timeZone
            return String(calendar.component(.year, from: Date(timeIntervalSince1970: Double(seconds))))
        }

        private static func line(_ number: Int) -> String {
            "10.0.0.\(number) - - [16/Aug/2018:10:00:00 +0530] \"GET / HTTP/1.1\" 200 5\n"
        }

        @Test("what is held stays held; what the store said of the time, and what was filed by that, stay")
        func held() throws {
            let place = try Place()
            let log = "nginx-logs/held-20180816.log"
            try place.write("one\n", to: "gstudio-logs/held.log")
            try place.write(Self.line(1), to: "nginx-logs/held.log")
            try place.run("collect", "gstudio-logs", "nginx-logs").ended(with: 0)
            // With a dead battery.
            try place.clock.boot(2, wall: 946_684_800)
            try place.write("one\ntwo\n", to: "gstudio-logs/held.log")
            try place.write(Self.line(1) + Self.line(2), to: "nginx-logs/held.log")
            try place.run("collect", "gstudio-logs", "nginx-logs").ended(with: 0)
            try place.cut()
            var status = try place.status()
            #expect(status.clock.held == 2 && status.clock.ahead_of_store_seconds == nil)

            try place.uploadUntilPowerGoes()
            status = try place.status()
            #expect(status.clock.held == 0)
            #expect(try #require(status.clock.ahead_of_store_seconds) < -25 * 365 * 86_400)

            try place.run("upload").ended(with: 0)
            try place.cut()
            try place.run("collect", "gstudio-logs", "nginx-logs").ended(with: 0)
            try place.run("upload").ended(with: 0)
            #expect(place.years.map { place.atStore($0, "gstudio-logs/held.log") } == ["one\n", "one\ntwo\n"])
            #expect(place.years.map { place.atStore($0, log) } == [Self.line(1), Self.line(2)])
            try place.store.verifyEverything()
        }

        @Test("what an upload has sent stays counted where a limit of the month goes by it")
        func traffic() throws {
            let place = try Place(upload: "[upload]\nmonthly_limit = \"1 GiB\"\n", daysBehind: 0)
            try place.run("collect").ended(with: 0)
            let before = place.proxy.counts
            try place.uploadUntilPowerGoes()
            // The greeting was answered, and so counted before the next request began.
            let greeted = try place.status().upload.month_bytes
            #expect(greeted > 200)

            try place.run("upload").ended(with: 0)
            let sent = place.proxy.counts
            try place.cut()
            let counted = try place.status().upload.month_bytes
            // Headers and bodies, as sent: the proxy counts TLS as well.
            #expect(counted > UInt64(sent.up - before.up) / 2)
            #expect(counted > greeted)
        }
    }
}
