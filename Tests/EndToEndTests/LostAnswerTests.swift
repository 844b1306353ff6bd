import Foundation
import Testing

extension EndToEnd {
    @Suite("Lost answers, replaced machines, missing sources")
    struct LostAnswers {
        /// Loses the first answer to requests that begin so; says how many it lost.
        final class Loser: @unchecked Sendable {  // `lost` is only touched while the lock is held
            private let lock = NSLock()
            private var lost = 0

            init(_ proxy: Proxy, _ request: String, times: Int = 1) {
                proxy.onAnswer { [self] exchange in
                    lock.withLock {
                        guard exchange.request.hasPrefix(request), lost < times else { return .pass }
                        lost += 1
                        return .loseAnswer
                    }
                }
            }

            var count: Int { lock.withLock { lost } }
        }

        /// Runs until it succeeds: a program that meets a lost answer may go on by itself or end with *not now*.
        static func persist(_ command: () throws -> ChildProcess.Finished) throws {
            for _ in 0..<5 where try command().ended(with: 0, 69, 75).code == 0 { return }
            throw ChildProcess.Unexpected(description: "not done after five tries")
        }

        @Test("an enrolment whose answer was lost is repeated with the same code")
        func enrolment() throws {
            let scene = try Scene(isEnrolled: false, withProxy: true)
            let loser = Loser(try #require(scene.proxy), "POST /v1/enrolments")
            let code = try scene.store.addSchool()
            try LostAnswers.persist { try scene.school.enroll(code, url: scene.url) }
            #expect(loser.count == 1)
            try scene.school.command("collect", "server_settings.py").ended(with: 0)
            try scene.school.upload()
            try scene.store.verifyEverything()
        }

        @Test("a commit whose answer was lost is one snapshot, not two")
        func commit() throws {
            let scene = try Scene(withProxy: true)
            let loser = Loser(try #require(scene.proxy), "POST /v1/snapshots", times: 2)
            try scene.school.collect()
            try LostAnswers.persist { try scene.school.command("upload") }
            #expect(loser.count == 2)
            for dataset in ADayLater.unchanged + ADayLater.changed {
                #expect(try scene.store.snapshotCount(of: dataset) == 1, "\(dataset)")
            }
            #expect(try scene.differences() == [])
            try scene.store.verifyEverything()
        }

        @Test("a frame whose acknowledgement was lost is not sent again")
        func frame() throws {
            let scene = try Scene(withProxy: true, make: ["--big-mb", "4"])
            let proxy = try #require(scene.proxy)
            try scene.school.collect()
            let loser = Loser(proxy, "PATCH /v1/frames/", times: 3)
            try LostAnswers.persist { try scene.school.command("upload") }
            #expect(loser.count == 3)
            let lossy = proxy.counts.up

            let undisturbed = try Scene(withProxy: true, make: ["--big-mb", "4"])
            try undisturbed.school.collect()
            try undisturbed.school.upload()
            let needed = try #require(undisturbed.proxy).counts.up
            #expect(lossy < needed + 100_000, "sent \(lossy), needed \(needed)")
            #expect(try scene.differences() == [])
        }

        @Test("a replaced machine enrols again; what the old one had accumulated is still in the tree")
        func replacedMachine() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            let old = "gstudio-logs/fillCounter.log"
            let whole = try Data(contentsOf: URL(fileURLWithPath: "\(scene.tree)/gstudio/\(old)"))

            let replacement = try SchoolMachine(in: scene.workspace, named: "replacement", url: scene.url)
            try replacement.make(day: 1, "--small")
            try FileManager.default.removeItem(atPath: "\(replacement.source)/home/core/data/\(old)")
            try replacement.enroll(scene.store.newCode(for: "mz150"), url: scene.url).ended(with: 0)
            try replacement.collect()
            try replacement.upload()

            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(scene.tree)/gstudio/\(old)")) == whole)
            #expect(try scene.store.snapshotCount(of: "db") == 2, "the history goes on")
            try scene.store.verifyEverything()
            // The old machine is another installation now, and is told so.
            try scene.school.make(day: 2, "--small")
            try scene.school.collect()
            let refused = try scene.school.command("upload").ended(with: 77)
            #expect(refused.errors.contains("revoked") || refused.errors.contains("another installation"))
        }

        @Test("a source folder that is missing keeps the old tree, and it is said")
        func missingSource() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            let folder = "\(scene.school.source)/home/core/data/rcs-repo"
            try FileManager.default.moveItem(atPath: folder, toPath: "\(folder)-away")
            let pass = try scene.school.command("collect").ended(with: 1)
            #expect(pass.errors.contains("rcs-repo") || pass.output.contains("rcs-repo"))
            try scene.school.upload()

            let kept = try FileTree("\(scene.tree)/gstudio/rcs-repo")
            #expect(try kept.differences(from: FileTree("\(folder)-away")) == [])
            let staged = try FileTree(
                "\(scene.school.staging)/tree/\(collectionYear)/mz/2039150-mz150/gstudio/rcs-repo")
            #expect(try staged.differences(from: FileTree("\(folder)-away")) == [])
        }

        @Test("a source whose disk is not mounted keeps the old tree, and it is said", .needsMemoryDisks)
        func unmountedSource() throws {
            let workspace = try Workspace()
            let disk = try MemoryDisk(in: workspace, megabytes: 64, name: "data")
            let store = try StoreProcess(in: workspace)
            try store.serve()
            let school = try SchoolMachine(
                in: workspace, url: store.url, source: disk.mountPoint)
            try school.make(day: 0, "--small")
            try school.enroll(store.addSchool(), url: store.url).ended(with: 0)
            try school.collect()
            try school.upload()
            let tree = "\(store.tree)/\(collectionYear)/mz/2039150-mz150"
            let before = try FileTree(tree)

            try disk.unmount()
            // The mount point stays, with empty folders on another device, as installers leave them.
            for folder in ["db", "media", "rcs-repo", "postgres-dump"] {
                try FileManager.default.createDirectory(
                    atPath: "\(disk.mountPoint)/home/core/data/\(folder)", withIntermediateDirectories: true)
            }
            // What is missing is believed at the second pass, unless it is a disk's worth.
            for _ in 0..<3 {
                let pass = try school.command("collect")
                #expect(pass.code == 1)
                #expect((pass.errors + pass.output).contains("media"))
                #expect((pass.errors + pass.output).contains("looks as if its disk were not mounted"))
                try school.command("upload").ended(with: 0, 1)
            }
            #expect(try school.command("check").output.contains("TO DO    source: "))
            let after = try FileTree(tree).without { $0.contains("system-heartbeat-\(collectionYear)") }
            let differences = try after.differences(
                from: before.without { $0.contains("system-heartbeat-\(collectionYear)") })
            #expect(differences == [])
        }
    }
}
