import Foundation
import Testing

extension EndToEnd {
    @Suite("A school's data arrives whole")
    struct Travel {
        @Test("every LEVEL 4 and 5 item of a made-up school is in the store's tree, to the byte and the nanosecond")
        func wholeSchool() throws {
            let scene = try Scene(make: [])
            try scene.school.collect()
            try scene.school.upload()

            #expect(try scene.differences() == [])
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(scene.tree)/gstudio")
            #expect(Set(names) == Level.levelFour)
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: scene.tree)) == ["gstudio", "unplatform"])
            try scene.store.verifyEverything()

            // A lab PC's archive is unpacked.
            #expect(
                try FileTree("\(scene.tree)/unplatform/9").files.keys.sorted().map(\.lastComponent) == [
                    "config.json", "session.json",
                ])

            let gitLog = try String(contentsOfFile: "\(scene.tree)/\(Level.gitCommitLog)", encoding: .utf8)
            for wanted in ["gstudio: step 5", "qbank-lite: step 5", "README.md", "untracked/"] {
                #expect(gitLog.contains(wanted), "git-commit.log should tell \(wanted)")
            }
            #expect(!gitLog.contains("made-up-token"), "a token of a remote must never be collected")
            let heartbeats = try FileManager.default.contentsOfDirectory(
                atPath: "\(scene.tree)/gstudio/system-heartbeat")
            #expect(heartbeats.contains { $0.hasPrefix("system-heartbeat-\(collectionYear)") }, "a heartbeat is made")
        }

        @Test("a checkout has the original bytes, times and permission bits")
        func checkout() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()

            let target = scene.workspace.path("checked-out")
            try scene.store.command("checkout", "mz150", "--to", target).ended(with: 0)

            let level2 = "\(target)/\(collectionYear)/mz/2039150-mz150"
            #expect(
                try Level.differences(tree: level2, source: scene.school.source, .bytesTimesAndModes) == [])
        }

        @Test("a member of the reader group reads all of the tree and can write none of it", .needsRoot)
        func readerGroup() throws {
            let scene = try Scene(storeSettings: "reader_group = \"users\"")
            try scene.school.collect()
            try scene.school.upload()

            func find(group: String, _ test: String...) throws -> ChildProcess.Finished {
                try ChildProcess.run(
                    "setpriv",
                    ["--reuid=65534", "--regid=65534", "--groups=\(group)", "find", scene.store.tree] + test)
            }
            #expect(try find(group: "users", "!", "-readable").ended(with: 0).lines == [])
            #expect(try find(group: "users", "-writable").ended(with: 0).lines == [])
            let files = try find(group: "users", "-type", "f", "-exec", "cat", "{}", "+").ended(with: 0)
            #expect(files.output.contains("PostgreSQL database cluster dump complete"))
            // Somebody else does not even get a list.
            let stranger = try find(group: "65534", "-type", "f", "-readable")
            #expect(stranger.lines == [])
        }

        @Test("the sample of a real school, mz8, arrives whole", .needsShared("samples/mz8-collected"))
        func sample() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            let sample = "\(Project.shared)/samples/mz8-collected/2018/mz/2031008-mz8/gstudio"
            let school = try SchoolMachine(
                in: workspace, url: store.url, sourceLines: SchoolMachine.sourceLines(data: sample))
            let code = try store.addSchool("mz8", code: "2031008", name: "A sample")
            try school.enroll(code, url: store.url).ended(with: 0)
            // The sample lacks most items, so the pass may say that it is not complete.
            try school.command("collect").ended(with: 0, 1)
            try school.upload()

            let tree = "\(store.tree)/\(collectionYear)/mz/2031008-mz8/gstudio"
            let made = "system-heartbeat/system-heartbeat-\(collectionYear)"
            let arrived = try FileTree(tree).without { $0.hasPrefix(made) || $0 == "git-commit.log" }
            #expect(try arrived.differences(from: FileTree(sample)) == [])
            try store.verifyEverything()

            let target = workspace.path("checked-out")
            try store.command("checkout", "mz8", "--to", target).ended(with: 0)
            let checkedOut = try FileTree("\(target)/\(collectionYear)/mz/2031008-mz8/gstudio")
                .without { $0.hasPrefix(made) || $0 == "git-commit.log" }
            #expect(try checkedOut.differences(from: FileTree(sample), .bytesTimesAndModes) == [])
        }

        @Test("nothing new costs one connection and less than 5 KB both ways")
        func nothingNew() throws {
            let scene = try Scene(withProxy: true)
            try scene.school.collect()
            try scene.school.upload()
            let proxy = try #require(scene.proxy)
            let before = proxy.counts
            try scene.school.upload()
            let after = proxy.counts
            #expect(after.connections - before.connections <= 1)
            #expect(after.up - before.up + after.down - before.down <= 5000)
        }

        @Test("what a school does not get whole is read at the store, until it is whole again")
        func report() throws {
            let scene = try Scene()
            func told() throws -> [String] {
                try scene.school.upload()
                return try scene.store.command("status", "mz150").ended(with: 0).lines
            }
            let media = "\(scene.school.source)/home/core/data/media"
            try scene.school.command("collect", "media").ended(with: 0)
            var lines = try told()
            #expect(lines.contains { $0.hasPrefix("report     ") && $0.hasSuffix(" free, clock right") }, "\(lines)")
            #expect(!lines.contains { $0.hasPrefix("error") }, "\(lines)")

            try FileManager.default.moveItem(atPath: media, toPath: media + ".away")
            try FileManager.default.createSymbolicLink(atPath: media, withDestinationPath: media + ".away")
            try scene.school.command("collect", "media").ended(with: 1)
            lines = try told()
            #expect(lines.last?.hasPrefix("error      media: failed: ") == true, "\(lines)")

            try FileManager.default.removeItem(atPath: media)
            try FileManager.default.moveItem(atPath: media + ".away", toPath: media)
            try scene.school.command("collect", "media").ended(with: 0)
            #expect(try !told().contains { $0.hasPrefix("error") })
        }

        @Test(
            "untidy identities get the directory that the standard's scripts expect",
            arguments: [
                ("ct131", "", "Govt. H/S & Hostel", "ct/-ct131"), ("tg350", "NA", "ZPHS, Foo", "tg/NA-tg350"),
                ("mz1", "02031001", "Foo", "mz/02031001-mz1"), ("mztpd3", "", "Training", "mz/-mztpd3"),
                ("mz151", "2039151", "St. Foo's H/S (Deficit)", "mz/2039151-mz151"),
            ])
        func identities(id: String, code: String, name: String, directory: String) throws {
            let scene = try Scene(
                isEnrolled: false, make: ["--small", "--server-id", id, "--code", code, "--name", name])
            let enrolment = try scene.store.addSchool(id, code: code, name: name)
            try scene.school.enroll(enrolment, url: scene.url).ended(with: 0)
            try scene.school.command("collect", "server_settings.py", "system-heartbeat").ended(with: 0)
            try scene.school.upload()
            let tree = "\(scene.store.tree)/\(collectionYear)/\(directory)/gstudio/server_settings.py"
            #expect(FileManager.default.fileExists(atPath: tree))
            // The school is named by its server id alone, hyphen or not.
            try scene.store.command("log", id).ended(with: 0)
        }
    }
}
