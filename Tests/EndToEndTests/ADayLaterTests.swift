import Foundation
import Testing

extension EndToEnd {
    @Suite("A day later")
    struct ADayLater {
        static let changed = [
            "db", "postgres-dump", "gstudio_tools_logs", "gstudio-exported-users-analytics-csvs", "nginx-logs",
            "system-heartbeat",
        ]
        static let unchanged = [
            "media", "rcs-repo", "activity-timestamp-csvs", "gstudio-logs", "local_settings.py", "server_settings.py",
            "qbank_data.tar.gz", "assessment-media/repository", "assessment-media/studentResponseFiles", "unplatform",
        ]

        @Test("changed datasets have two snapshots, unchanged ones still one, and each day can be checked out")
        func history() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            let between = Date()
            // What day 0 was, for the comparison after the source has gone on.
            let dayZero = try scene.workspace.folder("day-zero")
            try ChildProcess.run("python3", [Project.madeSchool, dayZero, "--small"]).ended(with: 0)
            try scene.school.make(day: 1, "--small")
            try scene.school.collect()
            try scene.school.upload()

            for dataset in ADayLater.changed { #expect(try scene.store.snapshotCount(of: dataset) == 2, "\(dataset)") }
            for dataset in ADayLater.unchanged {
                #expect(try scene.store.snapshotCount(of: dataset) == 1, "\(dataset)")
            }
            #expect(try scene.differences() == [])
            try scene.store.verifyEverything()

            let level2 = "\(collectionYear)/mz/2039150-mz150"
            let (then, now) = (scene.workspace.path("then"), scene.workspace.path("now"))
            try scene.store.command("checkout", "mz150", "--to", then, "--at", between.timeArgument).ended(with: 0)
            try scene.store.command("checkout", "mz150", "--to", now).ended(with: 0)
            #expect(try Level.differences(tree: "\(then)/\(level2)", source: dayZero, .bytesTimesAndModes) == [])
            #expect(
                try Level.differences(tree: "\(now)/\(level2)", source: scene.school.source, .bytesTimesAndModes) == [])
        }

        @Test("the same with the realistic tree of the measurements", .needsShared("tools/make_level_tree.py"))
        func realisticTree() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            func make(_ folder: String, day: Int) throws {
                try ChildProcess.run(
                    "python3",
                    [
                        "\(Project.shared)/tools/make_level_tree.py", folder, "--preset", "tiny", "--day", String(day),
                        "--quiet",
                    ], environment: ["PYTHONDONTWRITEBYTECODE": "1"]
                ).ended(with: 0)
            }
            let live = try workspace.folder("live")
            let school = try SchoolMachine(
                in: workspace, url: store.url,
                sourceLines: SchoolMachine.sourceLines(data: live, assessmentStore: "\(live)/assessment-media"))
            try make(live, day: 0)
            let code = try store.addSchool("mz1", code: "2031001", name: "GOVT. HIGH SCHOOL 1")
            try school.enroll(code, url: store.url).ended(with: 0)

            var times: [Date] = []
            for day in 0...1 {
                try make(live, day: day)
                // There is no code tree here, so the pass may say that something is not complete.
                try school.command("collect").ended(with: 0, 1)
                try school.upload()
                times.append(Date())
            }
            try store.verifyEverything()
            for (day, time) in times.enumerated() {
                let target = workspace.path("day-\(day)")
                try store.command("checkout", "mz1", "--to", target, "--at", time.timeArgument).ended(with: 0)
                let fresh = try workspace.folder("fresh-\(day)")
                try make(fresh, day: day)
                // Accumulated folders keep yesterday's files too; mirrors are exactly the day's.
                for folder in ["db", "media", "rcs-repo", "postgres-dump", "assessment-media"] {
                    let out = try FileTree("\(target)/\(collectionYear)/mz/2031001-mz1/gstudio/\(folder)")
                    #expect(
                        try out.differences(from: FileTree("\(fresh)/\(folder)"), .bytesTimesAndModes) == [],
                        "\(folder) of day \(day)")
                }
            }
        }

        @Test(
            "what changed in dumps and versioned files costs what is new in it",
            .needsShared("tools/make_level_tree.py"))
        func bytes() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            let proxy = try Proxy(before: store)
            let live = workspace.path("live")
            let school = try SchoolMachine(
                in: workspace, url: proxy.url, sourceLines: SchoolMachine.sourceLines(data: live))
            let code = try store.addSchool("mz1", code: "2031001", name: "GOVT. HIGH SCHOOL 1")
            var costs: [Int] = []
            for day in 0...1 {
                try ChildProcess.run(
                    "python3",
                    [
                        "\(Project.shared)/tools/make_level_tree.py", live, "--scale", "0.05", "--day", String(day),
                        "--only", "db,postgres-dump,rcs-repo,server_settings.py", "--quiet",
                    ], environment: ["PYTHONDONTWRITEBYTECODE": "1"], within: 300
                ).ended(with: 0)
                if day == 0 { try school.enroll(code, url: store.url).ended(with: 0) }
                let before = proxy.counts
                for command in ["collect", "upload"] {
                    try school.command(command, "db", "postgres-dump", "rcs-repo").ended(with: 0)
                }
                costs.append(proxy.counts.up + proxy.counts.down - before.up - before.down)
            }
            print("db, postgres-dump and rcs-repo, bytes both ways: \(costs[0]), and a day later \(costs[1])")
            // zstd --patch-from, told which file was which, takes 206 KB of five times as much; TLS, three commits and the
            // names of what is leant on come on top. Without bases it is 260 KB.
            #expect(costs[1] < 80_000)
            try store.verifyEverything()
            let level2 = "\(store.tree)/\(collectionYear)/mz/2031001-mz1"
            for folder in ["db", "postgres-dump", "rcs-repo"] {
                let arrived = try FileTree("\(level2)/gstudio/\(folder)")
                #expect(try arrived.differences(from: FileTree("\(live)/\(folder)"), .bytesAndTimes) == [], "\(folder)")
            }
        }

        @Test("accumulated files stay in the tree when the school tidies its disk")
        func accumulation() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            let log = "gstudio-logs/fillCounter.log"
            let source = "\(scene.school.source)/home/core/data/\(log)"
            let before = try Data(contentsOf: URL(fileURLWithPath: source))
            try FileManager.default.removeItem(atPath: source)
            try Data("newer\n".utf8).write(
                to: URL(fileURLWithPath: "\(scene.school.source)/home/core/data/gstudio-logs/newer.log"))
            try scene.school.collect()
            try scene.school.upload()

            let folder = "\(scene.tree)/gstudio"
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(log)")) == before)
            #expect(FileManager.default.fileExists(atPath: "\(folder)/gstudio-logs/newer.log"))
            try scene.store.verifyEverything()
        }
    }
}
