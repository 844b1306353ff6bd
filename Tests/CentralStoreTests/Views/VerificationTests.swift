import CentralStore
import Content
import Glibc
import LevelTree
import Synchronization
import Testing

@Suite struct VerificationTests {
    private let bench: ViewBench
    private let home = ViewBench.home

    init() throws { bench = try ViewBench() }

    private var folder: TestFolder { bench.folder }
    private var source: FakeSource { bench.source }

    private func show() throws { _ = try bench.view().catchUp(with: source) }
    private func damages() throws -> [String] {
        try bench.verify().damages.map { damage in
            "\(damage.place) \(damage.school.map { "\($0)" } ?? "-") \(damage.path.map { "\($0)" } ?? "-"): \(damage.sentence)"
        }
    }

    @Test func `a sound store is clean, and each chunk is hashed once`() throws {
        let long = (0..<2_000).map(String.init).joined()
        try source.commit("db", [FakeFile("x", long), FakeFile("y", "1")])
        try source.commit("db", [FakeFile("x", long), FakeFile("y", "2")])
        try source.commit("media", of: "mz1", directory: "-mz1", [FakeFile("z", long)])
        try show()
        let reads = source.readCount
        let report = try bench.verify()
        #expect(report.isClean && report.behind.isEmpty)
        #expect(report.snapshots == 3 && report.files == 5 && report.treeFiles == 3)
        #expect(report.chunks == UInt64(source.chunkCount))
        #expect(source.readCount - reads == source.chunkCount)
        #expect(report.bytes == UInt64(long.utf8.count) + 2)
    }

    @Test func `an empty store is clean`() throws {
        #expect(try bench.verify().isClean)
        #expect(try Verification(source: source, storage: nil, data: folder.path).quick().isClean)
    }

    @Test func `a damaged chunk is told for every file and snapshot that needs it`() throws {
        try source.commit("db", [FakeFile("a", "bad"), FakeFile("b", "good"), FakeFile("c/d", "bad")])
        try source.commit("rcs-repo", of: "mz1", directory: "-mz1", [FakeFile("e", "bad")])
        try show()
        source.damage(Array("bad".utf8))
        let report = try bench.verify()
        #expect(
            report.damages.map { "\($0.school?.text ?? "")/\($0.dataset?.name ?? "") \($0.path.map { "\($0)" } ?? "")" }
                == ["mz150/db a", "mz150/db c/d", "mz1/rcs-repo e"])
        #expect(report.damages.allSatisfy { $0.place == .content && $0.sentence.contains("is damaged in its pack") })
        #expect(report.damages.first?.description.hasPrefix("content mz150/db 2018 ") == true)
    }

    @Test func `damage in history is found too`() throws {
        try source.commit("db", [FakeFile("a", "old")])
        try source.commit("db", [FakeFile("a", "new")])
        try show()
        source.damage(Array("old".utf8))
        #expect(try bench.verify().damageCount == 1)
        #expect(try Verification(source: source, storage: nil, data: folder.path).quick().isClean)
    }

    @Test func `a manifest that cannot be read is told`() throws {
        let snapshot = try source.commit("db", [FakeFile("a", "1")])
        try show()
        source.makeUnreadable(snapshot)
        let all = try bench.verify()
        #expect(all.damages.first?.place == .manifest)
        let quick = try Verification(source: source, storage: nil, data: folder.path).quick()
        #expect(quick.damages.map(\.sentence) == ["its manifest cannot be read: the manifest is damaged"])
        #expect(quick.chunks == 0)
    }

    @Test func `a manifest that does not add up is told`() throws {
        let sound = try source.commit("db", [FakeFile("a", "1")])
        try show()
        let wrong = SnapshotRecord(
            id: sound.id, school: sound.school, directory: sound.directory, installation: sound.installation,
            dataset: sound.dataset, year: sound.year, sequence: sound.sequence, parent: nil, outcome: .complete,
            manifest: sound.manifest, effective: sound.effective, files: 2, bytes: 7, started: 0, finished: 0,
            received: 0,
            clockTrusted: true, shortfalls: [])
        source.replace(sound, by: wrong)
        #expect(
            try damages() == [
                "manifest mz150 -: its manifest holds 1 file and 1 byte, but the snapshot says 2 and 7"
            ])
    }

    @Test func `what an accumulated snapshot was sent as is hashed as well`() throws {
        let snapshot = try source.commit("nginx-logs", [FakeFile("access.log", "1")])
        try show()
        let lost = ChunkID(hashing: Array("nobody has this".utf8))
        let merged = SnapshotRecord(
            id: snapshot.id, school: snapshot.school, directory: snapshot.directory,
            installation: snapshot.installation,
            dataset: snapshot.dataset, year: snapshot.year, sequence: snapshot.sequence, parent: nil,
            outcome: .complete,
            manifest: [lost], effective: snapshot.effective, files: snapshot.files, bytes: snapshot.bytes, started: 0,
            finished: 0, received: 0, clockTrusted: true, shortfalls: [])
        source.replace(snapshot, by: merged)
        #expect(try damages() == ["manifest mz150 -: the chunk \(lost) is nowhere"])
    }

    @Test func `every way in which the tree can be wrong is told with its path`() throws {
        let names = ["bytes", "gone", "linked", "mode", "size", "time", "type"]
        try source.commit("db", names.map { FakeFile("f/\($0)", "content of \($0)") })
        try source.commit("git-commit.log", [FakeFile("git-commit.log", "log")])
        try show()
        let db = "\(home)/db/f"
        try folder.corrupt("\(db)/bytes")
        unlink(folder.path("\(db)/gone"))
        unlink(folder.path("\(db)/linked"))
        #expect(symlink("/etc/passwd", folder.path("\(db)/linked")) == 0)
        chmod(folder.path("\(db)/mode"), 0o644)
        #expect(truncate(folder.path("\(db)/size"), 3) == 0)
        try folder.setTime("\(db)/time", timespec(tv_sec: 1_534_423_920, tv_nsec: 123_456_788))
        unlink(folder.path("\(db)/type"))
        #expect(mkfifo(folder.path("\(db)/type"), 0o644) == 0)
        try folder.write("?", to: "\(db)/extra")
        try folder.write("?", to: "\(home)/db/z")
        try folder.makeFolder("\(home)/db/empty folder")
        try folder.write("?", to: "\(home)/git-commit-details.log")
        try folder.makeFolder("\(home)/gstudio.old")
        try folder.write("?", to: "tree/README")
        let place = "tree mz150 2018/mz/2039150-mz150/gstudio"
        #expect(
            try Set(damages()) == [
                "\(place)/db/f/bytes: has other content", "\(place)/db/f/gone: is not there",
                "\(place)/db/f/linked: is not a file", "\(place)/db/f/mode: has the mode 0644 instead of 0444",
                "\(place)/db/f/size: has 3 bytes instead of 15", "\(place)/db/f/time: has another modification time",
                "\(place)/db/f/type: is not a file", "\(place)/db/f/extra: is in no snapshot",
                "\(place)/db/z: is in no snapshot",
                "\(place)/db/empty folder: is in no snapshot", "\(place)/git-commit-details.log: is in no snapshot",
                "tree - 2018/mz/2039150-mz150/gstudio/gstudio.old: does not belong into the tree",
                "tree - README: does not belong into the tree",
            ])
    }

    @Test(arguments: 1...3) func `a dataset that appears for the first time meanwhile belongs into the tree`(
        answer: Int
    ) throws {
        try source.commit("db", [FakeFile("a", "1")])
        try show()
        let appeared = Mutex(false)
        source.afterAnswersOfCurrent(answer) { [bench] in
            try? bench.source.commit("media", of: "mz1", directory: "-mz1", [FakeFile("z", "2")])
            appeared.withLock { $0 = (try? bench.view().catchUp(with: bench.source)) != nil }
        }
        #expect(try damages() == [])
        #expect(appeared.withLock { $0 })
    }

    @Test func `a dataset whose folder is gone is told once`() throws {
        try source.commit("db", [FakeFile("a", "1"), FakeFile("b", "2")])
        try show()
        #expect(rename(folder.path("\(home)/db"), folder.path("away")) == 0)
        #expect(try damages() == ["tree mz150 2018/mz/2039150-mz150/gstudio/db: is not there, or is no folder"])
        try folder.write("?", to: "\(home)/db")
        #expect(try damages().contains("tree mz150 2018/mz/2039150-mz150/gstudio/db: is not there, or is no folder"))
    }

    @Test func `a snapshot that is not shown yet is no damage, and is told`() throws {
        try source.commit("db", [FakeFile("a", "1")])
        try show()
        let next = try source.commit("db", [FakeFile("a", "2")])
        let first = try source.commit("media", [FakeFile("m", "1")])
        let report = try bench.verify()
        #expect(report.isClean)
        #expect(report.behind == [next, first])
        try folder.corrupt("\(home)/db/a")
        #expect(try bench.verify().damageCount == 1)
    }

    @Test func `a dataset that is swapped while it is compared is no damage`() throws {
        try source.commit("db", [FakeFile("a", "1"), FakeFile("b", "1")])
        try show()
        try source.commit("db", [FakeFile("c", "2")])
        let view = try bench.view()
        var isSwapped = false
        let report = try Verification(source: source, storage: nil, data: folder.path).all { state in
            guard state.stage == .tree, !isSwapped else { return }
            isSwapped = true
            _ = try? view.catchUp(with: source)
        }
        #expect(isSwapped)
        #expect(report.damages.map(\.description) == [])
    }

    @Test func `a dataset that is swapped just before it is compared is compared again`() throws {
        try source.commit("media", [FakeFile("m", "1")])
        try source.commit("db", [FakeFile("a", "1")])
        try show()
        let next = try source.commit("db", [FakeFile("a", "2")])
        let view = try bench.view()
        let report = try Verification(source: source, storage: nil, data: folder.path).all { [source] state in
            guard state.stage == .tree, state.snapshots == 0 else { return }
            // The next look into the history is that of db: what it shows has been read, its folder not been opened.
            source.whenAskedForHistory { try? view.publish(next, from: source) }
        }
        #expect(try folder.text("\(home)/db/a") == "2")
        #expect(report.damages.map(\.description) == [])
        #expect(report.behind.isEmpty)
    }

    @Test func `the school's old folder may stand while not all of it was moved`() throws {
        try source.commit("db", directory: "-mz150", [FakeFile("x", "1")])
        try source.commit("media", directory: "-mz150", [FakeFile("m", "1")])
        try show()
        try source.commit("db", [FakeFile("x", "2")])
        try show()
        #expect(try damages() == [])
    }

    @Test func `a store whose tree was deleted says so`() throws {
        try source.commit("db", [FakeFile("a", "1")])
        #expect(try bench.verify().damages.map(\.sentence) == ["there is no tree; `clix-store rebuild` makes it"])
    }

    private struct Packs: StorageInspection {
        func inspectStorage(_ report: (String) -> Void) throws {
            report("the pack 77 is shorter than the catalog says")
        }

        func inspectChunks(_ isWanted: (ChunkID) -> Bool, _ body: (InspectedBlock) throws -> Void) throws {}
    }

    @Test func `what the packs say of themselves is in both reports`() throws {
        let verification = Verification(source: source, storage: Packs(), data: folder.path)
        for report in try [verification.quick(), verification.all()] {
            #expect(report.damages.map(\.description) == ["storage: the pack 77 is shorter than the catalog says"])
        }
    }

    @Test func `a report lists a bounded number and counts all`() throws {
        try source.commit("db", (0..<1_500).map { FakeFile("\($0)", "bad") })
        source.damage(Array("bad".utf8))
        let report = try bench.verify()
        #expect(report.damages.count == VerificationReport.listLimit)
        #expect(report.damageCount > 1_500)
    }

    @Test func `progress tells its stage and how many snapshots of how many`() throws {
        try source.commit("db", [FakeFile("a", "1")])
        try source.commit("media", [FakeFile("b", "22")])
        try show()
        var last: [VerificationProgress.Stage: VerificationProgress] = [:]
        _ = try Verification(source: source, storage: Packs(), data: folder.path).all { last[$0.stage] = $0 }
        #expect(Set(last.keys) == [.storage, .snapshots, .chunks, .tree])
        #expect(last[.snapshots]?.snapshots == 2 && last[.snapshots]?.totalSnapshots == 2)
        #expect(last[.tree]?.files == 2 && last[.tree]?.bytes == 3)
    }
}
