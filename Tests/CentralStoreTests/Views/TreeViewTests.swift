import CentralStore
import Content
import Glibc
import LevelTree
import Synchronization
import Testing

@Suite struct TreeViewTests {
    private let folder: TestFolder
    private let source = FakeSource()
    private let view: TreeView
    private let home = "tree/2018/mz/2039150-mz150/gstudio"

    init() throws {
        folder = try TestFolder()
        view = try TreeView(data: folder.path)
    }

    private func publish(_ snapshot: SnapshotRecord) throws { try view.publish(snapshot, from: source) }

    @Test func `a snapshot stands in its LEVEL place with its bytes and its time to the nanosecond`() throws {
        let long = String(repeating: "0123456789", count: 5_000)
        try publish(source.commit("rcs-repo", [FakeFile("a/b,v", "short"), FakeFile("c d", long), FakeFile("empty")]))
        #expect(try folder.text("\(home)/rcs-repo/a/b,v") == "short")
        #expect(try folder.text("\(home)/rcs-repo/c d") == long)
        #expect(try folder.text("\(home)/rcs-repo/empty").isEmpty)
        let time = try #require(folder.status("\(home)/rcs-repo/a/b,v")).st_mtim
        #expect(time.tv_sec == 1_534_423_920 && time.tv_nsec == 123_456_789)
    }

    @Test(
        "files are readable for owner and group and writable for nobody",
        arguments: [(0o600, "440"), (0o640, "440"), (0o644, "444"), (0o777, "555"), (0, "440"), (0o222, "440")]
            as [(UInt16, String)])
    func modes(mode: UInt16, shown: String) throws {
        try publish(source.commit("media", [FakeFile("x/file", "content", mode: mode)]))
        #expect(folder.mode("\(home)/media/x/file") == shown)
    }

    @Test func `files and folders have their modes whatever the umask is`() async {
        // It is the whole process's.
        await #expect(processExitsWith: .success) {
            umask(0o077)
            let bench = try ViewBench()
            let snapshot = try bench.source.commit("media", [FakeFile("x/file", "content", mode: 0o755)])
            try bench.view().publish(snapshot, from: bench.source)
            #expect(bench.folder.mode("\(ViewBench.home)/media/x/file") == "555")
            #expect(bench.folder.mode("\(ViewBench.home)/media/x") == "750")
        }
    }

    @Test func `folders are open to the group alone`() throws {
        try publish(source.commit("assessment-media/repository", [FakeFile("x/file", "content")]))
        for path in [
            "tree", "tree/2018", "tree/2018/mz", "tree/2018/mz/2039150-mz150", home, "\(home)/assessment-media",
            "\(home)/assessment-media/repository", "\(home)/assessment-media/repository/x",
        ] {
            #expect(folder.mode(path) == "750", "\(path)")
        }
        #expect(folder.mode("pool") == "700")
        #expect(folder.mode("building") == "700")
    }

    @Test(
        "untidy identities have their place",
        arguments: [
            ("ct131", "-ct131", "ct"), ("tg350", "NA-tg350", "tg"), ("mz1", "02031001-mz1", "mz"),
            ("mztpd3", "-mztpd3", "mz"), ("rj280", "3099280-rj280", "rj"),
        ])
    func identities(school: String, directory: String, state: String) throws {
        try publish(source.commit("db", of: school, directory: directory, [FakeFile("x", "y")]))
        #expect(try folder.text("tree/2018/\(state)/\(directory)/gstudio/db/x") == "y")
    }

    @Test func `a server without a state is refused, and the tree stays as it is`() throws {
        let snapshot = try source.commit("db", of: "sp100", directory: "00000000-sp100", [FakeFile("x", "y")])
        let error = #expect(throws: StoreError.self) { try publish(snapshot) }
        #expect(error?.message.contains("sp100 begins with no state's letters") == true)
        #expect(try folder.names("tree").isEmpty)
    }

    @Test(arguments: ["..", "../x", "a/b", "", "."])
    func `a directory name that leads elsewhere is refused`(directory: String) throws {
        let snapshot = try source.commit("db", directory: directory, [FakeFile("x", "y")])
        #expect(throws: (any Error).self) { try publish(snapshot) }
        #expect(try folder.all("tree").filter { $0.contains("db") }.isEmpty)
    }

    @Test func `what is gone from a mirror is gone from the tree`() throws {
        try publish(source.commit("db", [FakeFile("gstudio/Nodes.bson", "1"), FakeFile("old/Gone.bson", "2")]))
        try publish(source.commit("db", [FakeFile("gstudio/Nodes.bson", "3")]))
        #expect(try folder.all("\(home)/db") == ["gstudio", "gstudio/Nodes.bson"])
        #expect(try folder.text("\(home)/db/gstudio/Nodes.bson") == "3")
    }

    @Test func `an empty snapshot is an empty folder`() throws {
        try publish(source.commit("db", [FakeFile("x", "y")]))
        try publish(source.commit("db", []))
        #expect(try folder.names("\(home)/db").isEmpty)
    }

    @Test func `a partial snapshot is shown as well`() throws {
        try publish(source.commit("db-raw", outcome: .partial, [FakeFile("WiredTiger", "x")]))
        #expect(folder.exists("\(home)/db-raw/WiredTiger"))
    }

    @Test func `the halves of assessment-media are swapped apart`() throws {
        try publish(source.commit("assessment-media/repository", [FakeFile("a.mp3", "1")]))
        try publish(source.commit("assessment-media/studentResponseFiles", [FakeFile("b.mp3", "2")]))
        try publish(source.commit("assessment-media/repository", [FakeFile("c.mp3", "3")]))
        #expect(
            try folder.all("\(home)/assessment-media") == [
                "repository", "repository/c.mp3", "studentResponseFiles", "studentResponseFiles/b.mp3",
            ])
    }

    @Test func `single files are replaced beside their neighbours`() throws {
        try publish(source.commit("server_settings.py", [FakeFile("server_settings.py", "A")]))
        try publish(
            source.commit("git-commit.log", [FakeFile("git-commit.log", "1"), FakeFile("git-commit-details.log", "2")]))
        try publish(source.commit("git-commit.log", [FakeFile("git-commit.log", "3")]))
        #expect(try folder.names(home) == ["git-commit.log", "server_settings.py"])
        #expect(try folder.text("\(home)/git-commit.log") == "3")
        try publish(
            source.commit("git-commit.log", [FakeFile("git-commit.log", "3"), FakeFile("git-commit-details.log", "4")]))
        #expect(try folder.text("\(home)/git-commit-details.log") == "4")
        #expect(try folder.names("building").isEmpty)
    }

    @Test func `unplatform stands beside gstudio`() throws {
        try publish(source.commit("unplatform", [FakeFile("terminal 7/user_data/x.json", "{}")]))
        #expect(folder.exists("tree/2018/mz/2039150-mz150/unplatform/terminal 7/user_data/x.json"))
    }

    @Test func `a dataset of single files cannot write into another dataset`() throws {
        try publish(source.commit("db", [FakeFile("x", "y")]))
        let hostile = try source.commit("git-commit.log", [FakeFile("db/x", "forged")])
        let error = #expect(throws: StoreError.self) { try publish(hostile) }
        #expect(error?.message.contains("holds db/x, which is no file of git-commit.log") == true)
        #expect(try folder.text("\(home)/db/x") == "y")
    }

    @Test func `years and schools stand apart`() throws {
        try publish(source.commit("db", year: 2018, [FakeFile("x", "1")]))
        try publish(source.commit("db", year: 2019, [FakeFile("x", "2")]))
        try publish(source.commit("db", of: "mz1", directory: "02031001-mz1", [FakeFile("x", "3")]))
        #expect(try folder.text("\(home)/db/x") == "1")
        #expect(try folder.text("tree/2019/mz/2039150-mz150/gstudio/db/x") == "2")
        #expect(try folder.text("tree/2018/mz/02031001-mz1/gstudio/db/x") == "3")
    }

    @Test func `no other name is ever seen in the tree`() throws {
        try publish(source.commit("db", [FakeFile("x", "old")]))
        let before = try folder.all("tree")
        let seen = Mutex<Set<[String]>>([])
        let path = folder.path
        source.whileReading {
            let names = (try? TestFolder.all(at: "\(path)/tree")) ?? ["unreadable"]
            seen.withLock { _ = $0.insert(names) }
        }
        try publish(source.commit("db", [FakeFile("x", "new"), FakeFile("z/y", "new too")]))
        #expect(seen.withLock { $0 } == [before])
        #expect(try folder.all("\(home)/db") == ["x", "z", "z/y"])
    }

    @Test func `names that are bytes stay as they are`() throws {
        let names: [[UInt8]] = [
            Array("-leading, comma 'quote\" [x]".utf8), Array("line\nbreak\t\u{1B}[2J".utf8), [0xFF, 0xFE, 0x80],
            [UInt8](repeating: 0x61, count: 255), Array("తెలుగు\\".utf8),
        ]
        let folders = names.map { $0 + [UInt8(ascii: "/")] + Array("f".utf8) }
        try publish(source.commit("media", folders.map { FakeFile(bytes: $0, [1]) }))
        let shown = try TestFolder.rawNames(at: folder.path("\(home)/media"))
        #expect(Set(shown) == Set(names))
    }

    @Test func `a path as deep as paths can be is shown and taken away again`() throws {
        let deep = Array(repeating: "d", count: 2047).joined(separator: "/")
        let files = [
            FakeFile("d/a", "0"), FakeFile(deep + "/f", "1"), FakeFile(deep.dropLast(200) + "/e", "2"),
            FakeFile("d/d/z", "3"), FakeFile("z", "4"),
        ]
        try publish(source.commit("media", files))
        #expect(try folder.text("\(home)/media/d/d/z") == "3")
        let report = try Verification(source: source, storage: nil, data: folder.path).all()
        #expect(report.damages.map(\.description) == [])
        #expect(report.treeFiles == 5)
        try publish(source.commit("media", [FakeFile("z", "3")]))
        try view.sweepRetired(now: .max)
        #expect(try folder.names("retired").isEmpty)
    }

    @Test func `publishing again does nothing`() throws {
        let snapshot = try source.commit("db", [FakeFile("x", "y")])
        try publish(snapshot)
        let inode = folder.status("\(home)/db")?.st_ino
        try publish(snapshot)
        #expect(folder.status("\(home)/db")?.st_ino == inode)
        #expect(try folder.names("retired").isEmpty)
    }

    @Test func `a late publication of an older snapshot changes nothing`() throws {
        let older = try source.commit("db", sequence: 5, [FakeFile("x", "old")])
        let newer = try source.commit("db", sequence: 9, [FakeFile("x", "new")])
        try publish(newer)
        try publish(older)
        #expect(try folder.text("\(home)/db/x") == "new")
    }

    @Test func `a new installation goes on although it counts anew`() throws {
        try publish(source.commit("db", installation: "i-1", sequence: 50, [FakeFile("x", "old")]))
        try publish(source.commit("db", installation: "i-2", sequence: 1, [FakeFile("x", "new")]))
        #expect(try folder.text("\(home)/db/x") == "new")
    }

    @Test func `a corrected school code moves what is shown, and reads nothing for it`() throws {
        let former = "tree/2018/mz/-mz150/gstudio"
        let snapshots = [
            try source.commit("db", directory: "-mz150", [FakeFile("x", "1")]),
            try source.commit("media", directory: "-mz150", year: 2019, [FakeFile("m", "1")]),
            try source.commit("git-commit.log", directory: "-mz150", [FakeFile("git-commit.log", "1")]),
        ]
        for snapshot in snapshots { try publish(snapshot) }
        let (inode, reads) = (folder.status("\(former)/db")?.st_ino, source.readCount)
        try publish(snapshots[0].filed(under: "2039150-mz150"))
        #expect(try folder.names(former) == ["git-commit.log"])
        #expect(folder.status("\(home)/db")?.st_ino == inode)
        for snapshot in snapshots { try publish(snapshot.filed(under: "2039150-mz150")) }
        #expect(source.readCount == reads)
        #expect(
            try folder.all("tree").filter { folder.mode("tree/\($0)") != "750" } == [
                "2018/mz/2039150-mz150/gstudio/db/x", "2018/mz/2039150-mz150/gstudio/git-commit.log",
                "2019/mz/2039150-mz150/gstudio/media/m",
            ])
        #expect(try folder.names("tree/2018/mz") == ["2039150-mz150"])
        try publish(snapshots[0].filed(under: "2039150-mz150"))
        #expect(folder.status("\(home)/db")?.st_ino == inode)
    }

    @Test func `a commit after a corrected code is shown in the new place alone`() throws {
        try publish(source.commit("db", directory: "-mz150", [FakeFile("x", "1")]))
        try publish(source.commit("db", [FakeFile("x", "2")]))
        #expect(try folder.names("tree/2018/mz") == ["2039150-mz150"])
        #expect(try folder.text("\(home)/db/x") == "2")
    }

    @Test func `what stands in the new place by mistake does not keep a school from moving there`() throws {
        let snapshot = try source.commit("db", directory: "-mz150", [FakeFile("x", "1")])
        try publish(snapshot)
        for path in ["tree/2018/mz/2039150-mz150", home, "\(home)/db"] { try folder.makeFolder(path) }
        try folder.write("?", to: "\(home)/db/stray")
        try publish(snapshot.filed(under: "2039150-mz150"))
        #expect(try folder.all("\(home)/db") == ["x"])
        #expect(try folder.names("tree/2018/mz") == ["2039150-mz150"])
    }

    @Test func `content that is damaged leaves the old folder standing`() throws {
        try publish(source.commit("db", [FakeFile("x", "good")]))
        let bad = try source.commit("db", [FakeFile("a", "fine"), FakeFile("x", "bad")])
        source.damage(Array("bad".utf8))
        let error = #expect(throws: StoreError.self) { try publish(bad) }
        #expect(error?.code == .damaged)
        #expect(try folder.all("\(home)/db") == ["x"])
        #expect(try folder.text("\(home)/db/x") == "good")
        #expect(try folder.names("building").isEmpty)
        source.repair()
        try publish(bad)
        #expect(try folder.text("\(home)/db/x") == "bad")
    }

    @Test func `a manifest that cannot be read leaves the old folder standing`() throws {
        try publish(source.commit("db", [FakeFile("x", "good")]))
        let bad = try source.commit("db", [FakeFile("x", "bad")])
        source.makeUnreadable(bad)
        #expect(throws: StoreError.self) { try publish(bad) }
        #expect(try folder.text("\(home)/db/x") == "good")
    }

    @Test func `many schools are published side by side`() async throws {
        let view = self.view
        let source = self.source
        let snapshots = try (1...24).map { number in
            let school = "mz\(number % 8 + 1)"
            let file = number.isMultiple(of: 2) ? FakeFile("x", "\(number)") : FakeFile("git-commit.log", "\(number)")
            return try source.commit(
                number.isMultiple(of: 2) ? "db" : "git-commit.log", of: school, directory: "-\(school)",
                year: 2018 + number % 3, [file])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for snapshot in snapshots { group.addTask { try view.publish(snapshot, from: source) } }
            try await group.waitForAll()
        }
        let report = try Verification(source: source, storage: nil, data: folder.path).all()
        #expect(report.damages.map(\.description) == [])
        #expect(report.behind.isEmpty)
    }
}
