import CentralStore
import Content
import Glibc
import LevelTree
import Testing

@Suite struct CheckoutTests {
    private let folder: TestFolder
    private let source = FakeSource()

    init() throws { folder = try TestFolder() }

    private let home = "2018/mz/2039150-mz150/gstudio"

    private func checkout(
        _ datasets: Set<Dataset>? = nil, at moment: CheckoutMoment = .newest, to name: String = "out",
        school: String = "mz150"
    ) throws -> Checkout.Result {
        try Checkout(of: ServerID(school), datasets: datasets, at: moment, from: source)
            .write(to: folder.path(name), from: source)
    }

    @Test func `every dataset of every year comes back with its bytes, its exact mode and its time`() throws {
        let long = String(repeating: "0123456789", count: 3_000)
        try source.commit("db", [FakeFile("gstudio/Nodes.bson", long, mode: 0o600), FakeFile("empty", "", mode: 0)])
        try source.commit("git-commit.log", [FakeFile("git-commit.log", "log", mode: 0o640)])
        try source.commit("unplatform", year: 2019, [FakeFile("a/b", "u", mode: 0o777)])
        let result = try checkout()
        #expect(result.files == 4 && result.bytes == 30_004 && result.damages.isEmpty)
        #expect(
            try folder.all("out").filter { folder.mode("out/\($0)") != "755" || $0.hasSuffix("/b") } == [
                "\(home)/db/empty", "\(home)/db/gstudio/Nodes.bson", "\(home)/git-commit.log",
                "2019/mz/2039150-mz150/unplatform/a/b",
            ])
        #expect(try folder.text("out/\(home)/db/gstudio/Nodes.bson") == long)
        #expect(folder.mode("out/\(home)/db/gstudio/Nodes.bson") == "600")
        #expect(folder.mode("out/\(home)/db/empty") == "0")
        #expect(folder.mode("out/\(home)/git-commit.log") == "640")
        #expect(folder.mode("out/2019/mz/2039150-mz150/unplatform/a/b") == "777")
        let time = try #require(folder.status("out/\(home)/db/gstudio/Nodes.bson")).st_mtim
        #expect(time.tv_sec == 1_534_423_920 && time.tv_nsec == 123_456_789)
    }

    @Test func `a moment of collection gives what had been collected by then`() throws {
        try source.commit("db", started: 1_000, received: 9_000, [FakeFile("x", "1")])
        try source.commit("db", started: 2_000, received: 9_001, [FakeFile("x", "2")])
        try source.commit("media", started: 2_001, received: 9_002, [FakeFile("m", "1")])
        _ = try checkout(at: .collected(1_999), to: "a")
        _ = try checkout(at: .collected(2_000), to: "b")
        _ = try checkout(at: .collected(2_001), to: "c")
        #expect(try folder.text("a/\(home)/db/x") == "1")
        #expect(try folder.text("b/\(home)/db/x") == "2")
        #expect(try folder.names("b/\(home)") == ["db"])
        #expect(try folder.names("c/\(home)") == ["db", "media"])
    }

    @Test func `what had no snapshot at that moment is named, as far as it is asked for`() throws {
        try source.commit("db", started: 1_000, received: 1_000, [FakeFile("x", "1")])
        try source.commit("media", year: 2019, started: 3_000, received: 3_000, [FakeFile("m", "1")])
        for _ in 1...2 { try source.commit("db", year: 2019, started: 3_000, received: 3_000, [FakeFile("x", "2")]) }
        func leftOut(_ moment: CheckoutMoment, _ datasets: Set<Dataset>? = nil) throws -> [String] {
            try Checkout(of: ServerID("mz150"), datasets: datasets, at: moment, from: source)
                .leftOut.map { "\($0.year) \($0.dataset)" }
        }
        #expect(try leftOut(.collected(1_000)) == ["2019 db", "2019 media"])
        #expect(try leftOut(.received(2_999), Set(Dataset.named("db"))) == ["2019 db"])
        #expect(try leftOut(.newest) == [])
    }

    @Test func `a moment of receipt gives what the store had by then`() throws {
        try source.commit("db", started: 1_000, received: 9_000, [FakeFile("x", "1")])
        try source.commit("db", started: 2_000, received: 9_500, [FakeFile("x", "2")])
        _ = try checkout(at: .received(9_499))
        #expect(try folder.text("out/\(home)/db/x") == "1")
    }

    @Test func `one dataset, or both halves of assessment-media, can be asked for`() throws {
        try source.commit("db", [FakeFile("x", "1")])
        try source.commit("assessment-media/repository", [FakeFile("r", "1")])
        try source.commit("assessment-media/studentResponseFiles", [FakeFile("s", "1")])
        _ = try checkout(Set(Dataset.named("assessment-media")))
        #expect(try folder.names("out/\(home)") == ["assessment-media"])
        #expect(try folder.names("out/\(home)/assessment-media") == ["repository", "studentResponseFiles"])
    }

    @Test func `other schools stay out`() throws {
        try source.commit("db", [FakeFile("x", "1")])
        try source.commit("db", of: "mz1", directory: "-mz1", [FakeFile("x", "2")])
        _ = try checkout(school: "mz1")
        #expect(try folder.names("out/2018/mz") == ["-mz1"])
    }

    @Test func `what the store never had is said, with where to look`() throws {
        try source.commit("db", started: 1_000, received: 1_000, [FakeFile("x", "1")])
        let unknown = #expect(throws: StoreError.self) { try checkout(school: "mz999") }
        #expect(unknown?.code == .notFound)
        #expect(unknown?.message.contains("no snapshot of mz999") == true)
        let early = #expect(throws: StoreError.self) { try checkout(at: .collected(999)) }
        #expect(early?.message.contains("`clix-store log mz150`") == true)
        let other = #expect(throws: StoreError.self) { try checkout(Set(Dataset.named("media"))) }
        #expect(other?.message.contains("nothing of media of mz150") == true)
        #expect(!folder.exists("out"))
    }

    @Test func `a folder that is not empty is left alone`() throws {
        try source.commit("db", [FakeFile("x", "1")])
        try folder.makeFolder("out")
        try folder.write("mine", to: "out/notes")
        let error = #expect(throws: StoreError.self) { try checkout() }
        #expect(error?.message.contains("out is not empty") == true)
        #expect(try folder.all("out") == ["notes"])
    }

    @Test func `an empty folder will do, and a place that cannot be made is named`() throws {
        try source.commit("db", [FakeFile("x", "1")])
        try folder.makeFolder("out")
        _ = try checkout()
        #expect(folder.exists("out/\(home)/db/x"))
        let error = #expect(throws: StoreError.self) { try checkout(to: "missing/out") }
        #expect(error?.message.contains("missing/out: No such file or directory") == true)
        try folder.write("a file", to: "file")
        #expect(throws: StoreError.self) { try checkout(to: "file") }
    }

    @Test func `names that are bytes come back as they were, however deep`() throws {
        let names: [[UInt8]] = [Array("-rf, 'x'".utf8), Array("a\nb\u{1B}".utf8), [0xFF, 0x80], Array("z".utf8)]
        let deep = Array(repeating: "d", count: 300).joined(separator: "/") + "/end"
        try source.commit(
            "media", names.map { FakeFile(bytes: $0, [1]) } + [FakeFile(deep, "deep"), FakeFile("d/z", "1")])
        _ = try checkout()
        #expect(try Set(TestFolder.rawNames(at: folder.path("out/\(home)/media"))) == Set(names + [[0x64]]))
        #expect(try folder.text("out/\(home)/media/\(deep)") == "deep")
    }

    @Test func `a damaged file is left out and named, and the others come`() throws {
        try source.commit(
            "db", [FakeFile("a", "1"), FakeFile("b", String(repeating: "c", count: 2_000) + "bad"), FakeFile("c", "3")])
        source.damage(Array(String(repeating: "c", count: 2_000) + "bad").map { $0.utf8.first ?? 0 })
        let result = try checkout()
        #expect(try folder.all("out/\(home)/db") == ["a", "c"])
        #expect(result.files == 2)
        #expect(result.damages.map(\.path.description) == ["\(home)/db/b"])
        #expect(result.damages.first?.sentence.contains("is damaged in its pack") == true)
        #expect(try folder.names("out") == ["2018"])
    }

    @Test func `a damaged manifest costs its dataset and no other`() throws {
        source.makeUnreadable(try source.commit("db", [FakeFile("a", "1")]))
        try source.commit("media", [FakeFile("m", "1")])
        let result = try checkout()
        #expect(result.damages.map(\.path.description) == ["\(home)/db"])
        #expect(try folder.names("out/\(home)") == ["media"])
    }

    @Test func `progress ends at the whole`() throws {
        try source.commit("db", [FakeFile("x", String(repeating: "a", count: 5_000)), FakeFile("y", "12345")])
        var readings: [Checkout.Progress] = []
        _ = try Checkout(of: ServerID("mz150"), at: .newest, from: source)
            .write(to: folder.path("out"), from: source) { readings.append($0) }
        let last = try #require(readings.last)
        #expect(last.files == 2 && last.totalFiles == 2 && last.bytes == 5_005 && last.totalBytes == 5_005)
        #expect(readings.map(\.bytes) == readings.map(\.bytes).sorted())
        #expect(readings.count > 5)
    }

    // Needs root, for a small filesystem of its own.
    @Test(.enabled(if: Machine.canMount, "needs root and mounts"))
    func `a full disk names the file and leaves nothing half`() throws {
        try folder.makeFolder("small")
        try #require(mount("none", folder.path("small"), "tmpfs", 0, "size=64k") == 0)
        defer { umount2(folder.path("small"), Int32(MNT_DETACH)) }
        try source.commit("db", [FakeFile("a", "1"), FakeFile("b", String(repeating: "x", count: 100_000))])
        let error = #expect(throws: StoreError.self) { try checkout(to: "small/out") }
        #expect(error?.code == .storeFull)
        #expect(error?.message.contains("small/out/\(home)/db/b: No space left on device") == true)
        #expect(
            try folder.all("small/out").filter { !$0.hasSuffix("o") && !$0.hasSuffix("db") }.contains("\(home)/db/a"))
        #expect(!folder.exists("small/out/\(home)/db/b"))
        #expect(try folder.names("small/out") == ["2018"])
    }
}

@Suite struct CheckoutMomentTests {
    private let source = FakeSource()

    @Test func `of two snapshots with one moment the later commit counts`() throws {
        try source.commit("db", started: 5, [FakeFile("x", "1")])
        let later = try source.commit("db", started: 5, [FakeFile("x", "2")])
        let chosen = try Checkout(of: ServerID("mz150"), at: .collected(5), from: source).snapshots
        #expect(chosen == [later])
    }

    @Test func `a clock that runs ahead, or is not trusted, gives way to the time of the commit`() throws {
        let ahead = try source.commit("db", started: 1 << 50, received: 2_000, [FakeFile("x", "1")])
        let doubted = try source.commit(
            "media", started: 1_000, received: 3_000, clockTrusted: false, [FakeFile("x", "1")])
        func chosen(_ time: Int64) throws -> [SnapshotRecord] {
            try Checkout(of: ServerID("mz150"), at: .collected(time), from: source).snapshots
        }
        #expect(try chosen(2_000) == [ahead])
        #expect(try chosen(3_000) == [ahead, doubted])
    }

    @Test func `datasets come in the order of years and of sending`() throws {
        for dataset in ["media", "system-heartbeat", "db"] {
            for year in [2019, 2018] { try source.commit(dataset, year: year, [FakeFile("x", "1")]) }
        }
        let chosen = try Checkout(of: ServerID("mz150"), at: .newest, from: source).snapshots
        #expect(
            chosen.map { "\($0.year) \($0.dataset)" } == [
                "2018 system-heartbeat", "2018 db", "2018 media", "2019 system-heartbeat", "2019 db", "2019 media",
            ])
    }
}
