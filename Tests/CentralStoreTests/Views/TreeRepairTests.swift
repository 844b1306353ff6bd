import CentralStore
import Glibc
import LevelTree
import Testing

@Suite struct TreeRepairTests {
    private let bench: ViewBench
    private let home = ViewBench.home

    init() throws { bench = try ViewBench() }

    private var folder: TestFolder { bench.folder }

    /// Publishes two datasets, as a store that then stops.
    private func published() throws {
        let view = try bench.view()
        try view.publish(bench.source.commit("db", [FakeFile("x", "db 1")]), from: bench.source)
        try view.publish(
            bench.source.commit("git-commit.log", [FakeFile("git-commit.log", "log 1")]), from: bench.source)
    }

    private func catchUp() throws -> TreeRepair { try bench.view().catchUp(with: bench.source) }

    private var marker: String { "shown/2018/mz150/db" }

    @Test func `a first start shows everything`() throws {
        try bench.source.commit("db", [FakeFile("x", "1")])
        try bench.source.commit(
            "assessment-media/repository", of: "rj280", directory: "3099280-rj280", [FakeFile("y", "2")])
        let repair = try catchUp()
        #expect(repair.snapshots == 2 && repair.published == 2 && repair.failures.isEmpty)
        #expect(try folder.text("tree/2018/rj/3099280-rj280/gstudio/assessment-media/repository/y") == "2")
        #expect(try catchUp().published == 0)
    }

    @Test func `a commit whose publication was interrupted is shown`() throws {
        try published()
        try bench.source.commit("db", [FakeFile("x", "db 2")])
        let repair = try catchUp()
        #expect(repair.snapshots == 2 && repair.published == 1)
        #expect(try folder.text("\(home)/db/x") == "db 2")
    }

    @Test func `a swap whose marker was not written is made again`() throws {
        try published()
        try bench.source.commit("db", [FakeFile("x", "db 2")])
        let before = try folder.text(marker)
        _ = try catchUp()
        try folder.write(before, to: marker)
        #expect(try catchUp().published == 1)
        #expect(try folder.text("\(home)/db/x") == "db 2")
    }

    @Test(arguments: ["", "shown 1\n", "garbage", "shown 1\nnot a snapshot\n-mz150\ni-1\n1\nboot\n1\n"])
    func `a marker that is lost or unreadable costs a repetition`(text: String) throws {
        try published()
        try folder.write(text, to: marker)
        #expect(try catchUp().published == 1)
        unlink(folder.path(marker))
        #expect(try catchUp().published == 1)
        #expect(try bench.verify().isClean)
    }

    @Test func `what was being built is removed`() throws {
        try published()
        try folder.makeFolder("building/77-1")
        try folder.makeFolder("building/77-1/content")
        try folder.write("half", to: "building/77-1/content/x")
        _ = try catchUp()
        #expect(try folder.names("building").isEmpty)
    }

    @Test func `a dataset that vanished from the tree comes back`() throws {
        try published()
        #expect(rename(folder.path("\(home)/db"), folder.path("taken away")) == 0)
        unlink(folder.path("\(home)/git-commit.log"))
        #expect(try catchUp().published == 2)
        #expect(try bench.verify().isClean)
    }

    @Test func `after a power cut what never reached the disk is made again`() throws {
        try published()
        try anotherBoot(marker)
        #expect(truncate(folder.path("\(home)/db/x"), 0) == 0)
        #expect(try catchUp().published == 1)
        #expect(try folder.text("\(home)/db/x") == "db 1")
    }

    @Test func `after a power cut what is whole is not made again, and not looked at the next time`() throws {
        try published()
        let inode = folder.status("\(home)/db")?.st_ino
        try anotherBoot(marker)
        #expect(try catchUp().published == 0)
        #expect(folder.status("\(home)/db")?.st_ino == inode)
        #expect(try folder.text(marker).contains("another-boot") == false)
    }

    @Test func `what a sweep brought to the disk is trusted after a power cut`() throws {
        try published()
        try bench.view().sweepPool()
        try anotherBoot(marker)
        let before = try folder.text(marker)
        #expect(try catchUp().published == 0)
        // Not even looked at: then the marker would be that of this boot.
        #expect(try folder.text(marker) == before)
    }

    /// Makes a marker look like one of an earlier boot.
    private func anotherBoot(_ marker: String) throws {
        var lines = try folder.text(marker).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines[5] = "another-boot"
        try folder.write(lines.joined(separator: "\n"), to: marker)
    }

    @Test func `a school that is no more goes from the tree, and its neighbours stay`() throws {
        try published()
        try bench.source.commit("db", of: "mz8", directory: "2031008-mz8", [FakeFile("x", "1")])
        try bench.source.commit("media", of: "mz8", directory: "2031008-mz8", [FakeFile("x", "1")])
        _ = try catchUp()
        bench.source.forget("mz8")
        #expect(try catchUp().removed == 2)
        #expect(try folder.names("tree/2018/mz") == ["2039150-mz150"])
        #expect(try bench.verify().isClean)
    }

    @Test(arguments: [0, 1, 2])
    func `a school's move to its corrected code that was cut off is ended at the next start`(step: Int) throws {
        let former = try bench.source.commit("db", directory: "-mz150", [FakeFile("x", "1")])
        let log = try bench.source.commit(
            "git-commit.log", directory: "-mz150", [FakeFile("git-commit.log", "1")])
        _ = try catchUp()
        if step > 0 {
            for path in ["tree/2018/mz/2039150-mz150", home] { try folder.makeFolder(path) }
        }
        if step > 1 {
            #expect(rename(folder.path("tree/2018/mz/-mz150/gstudio/db"), folder.path("\(home)/db")) == 0)
        }
        for snapshot in [former, log] {
            bench.source.replace(snapshot, by: snapshot.filed(under: "2039150-mz150"))
        }
        #expect(try bench.verify().behind.count == 2)
        let reads = bench.source.readCount
        #expect(try catchUp().published == 2)
        #expect(bench.source.readCount == reads)
        #expect(try folder.names("tree/2018/mz") == ["2039150-mz150"])
        #expect(try folder.names(home) == ["db", "git-commit.log"])
        #expect(try bench.verify().isClean)
        #expect(try catchUp().published == 0)
    }

    @Test func `after a power cut nothing is moved that may have been lost in it`() throws {
        let former = try bench.source.commit("db", directory: "-mz150", [FakeFile("x", "db 1")])
        _ = try catchUp()
        try anotherBoot(marker)
        #expect(truncate(folder.path("tree/2018/mz/-mz150/gstudio/db/x"), 0) == 0)
        bench.source.replace(former, by: former.filed(under: "2039150-mz150"))
        #expect(try catchUp().published == 1)
        #expect(try folder.text("\(home)/db/x") == "db 1")
    }

    @Test func `schools can be brought up to date alone`() throws {
        try published()
        try bench.source.commit("db", of: "mz8", directory: "2031008-mz8", [FakeFile("x", "1")])
        let repair = try bench.view().catchUp(with: bench.source, schools: [ServerID("mz8")])
        #expect(repair.snapshots == 1 && repair.published == 1 && repair.removed == 0)
        #expect(try bench.verify().isClean)
    }

    @Test func `one dataset that cannot be shown does not hold up the others`() throws {
        try bench.source.commit("db", [FakeFile("x", "bad")])
        try bench.source.commit("media", [FakeFile("y", "good")])
        bench.source.damage(Array("bad".utf8))
        let repair = try catchUp()
        #expect(repair.published == 1)
        #expect(repair.failures.map(\.snapshot.dataset.name) == ["db"])
        #expect(repair.failures.first?.error.code == .damaged)
        #expect(try folder.names(home) == ["media"])
    }

    @Test func `a rebuild repairs content that is damaged behind an unchanged status`() throws {
        try published()
        try folder.corrupt("\(home)/db/x")
        #expect(try folder.text("\(home)/db/x") == "????")
        #expect(try bench.verify().damages.map(\.sentence) == ["has other content"])
        let repair = try bench.view().rebuild(from: bench.source)
        #expect(repair.published == 2 && repair.failures.isEmpty)
        #expect(try folder.text("\(home)/db/x") == "db 1")
        #expect(try bench.verify().isClean)
    }

    @Test func `a rebuild takes away what does not belong, and keeps it for an hour`() throws {
        try published()
        try folder.makeFolder("\(home)/gstudio-backup")
        try folder.write("?", to: "tree/2018/mz/2039150-mz150/notes.txt")
        try folder.write("?", to: "\(home)/db/extra")
        try folder.makeFolder("tree/2019")
        let repair = try bench.view().rebuild(from: bench.source)
        #expect(repair.removed == 3)
        #expect(
            try folder.all("tree/2018/mz/2039150-mz150") == [
                "gstudio", "gstudio/db", "gstudio/db/x", "gstudio/git-commit.log",
            ])
        #expect(try folder.names("tree") == ["2018"])
        #expect(try folder.all("retired").contains { $0.hasSuffix("/extra") })
    }

    @Test func `a rebuild leaves what it cannot make`() throws {
        try published()
        bench.source.damage(Array("db 1".utf8))
        let repair = try bench.view().rebuild(from: bench.source)
        #expect(repair.failures.map(\.snapshot.dataset.name) == ["db"])
        #expect(try folder.text("\(home)/db/x") == "db 1")
    }

    @Test func `the way through a rebuild is told`() throws {
        try published()
        var told: [String] = []
        _ = try bench.view().rebuild(from: bench.source) { told.append("\($0)/\($1)") }
        #expect(told == ["0/2", "1/2", "2/2"])
    }

    // Needs root, for a small filesystem of its own.
    @Test(.enabled(if: Machine.canMount, "needs root and mounts"))
    func `a full disk leaves the old folder standing, and room lets it go on`() throws {
        try folder.makeFolder("small")
        let path = folder.path("small")
        try #require(mount("none", path, "tmpfs", 0, "size=200k") == 0)
        defer { umount2(path, Int32(MNT_DETACH)) }
        let view = try TreeView(data: path)
        try view.publish(bench.source.commit("db", [FakeFile("x", "old")]), from: bench.source)
        try folder.write(String(repeating: "b", count: 100_000), to: "small/ballast")
        let big = try bench.source.commit("db", [FakeFile("x", String(repeating: "n", count: 150_000))])
        let error = #expect(throws: StoreError.self) { try view.publish(big, from: bench.source) }
        #expect(error?.code == .storeFull)
        #expect(error?.message.contains("free some space") == true)
        #expect(try folder.text("small/\(home)/db/x") == "old")
        #expect(try folder.names("small/building").isEmpty)
        unlink(folder.path("small/ballast"))
        try view.publish(big, from: bench.source)
        #expect(try folder.text("small/\(home)/db/x").utf8.count == 150_000)
    }
}
