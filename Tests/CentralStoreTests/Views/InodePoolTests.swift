import CentralStore
import Glibc
import LevelTree
import Testing

@Suite struct InodePoolTests {
    private let bench: ViewBench

    init() throws { bench = try ViewBench() }

    private func path(_ school: Int, _ file: String) -> String { "tree/2018/mz/-mz\(school)/gstudio/media/\(file)" }
    private func inode(_ school: Int, _ file: String) -> ino_t? { bench.folder.status(path(school, file))?.st_ino }

    private func publish(_ view: TreeView, _ school: Int, _ files: [FakeFile]) throws {
        let snapshot = try bench.source.commit("media", of: "mz\(school)", directory: "-mz\(school)", files)
        try view.publish(snapshot, from: bench.source)
    }

    @Test func `equal content with equal time and mode is one inode in all schools`() throws {
        let view = try bench.view()
        try publish(view, 1, [FakeFile("a", "same"), FakeFile("b/c", "same")])
        try publish(view, 2, [FakeFile("other name", "same")])
        #expect(inode(1, "a") == inode(1, "b/c"))
        #expect(inode(1, "a") == inode(2, "other name"))
        #expect(bench.folder.status(path(1, "a"))?.st_nlink == 4)
    }

    @Test func `other content, another time or another mode is another inode`() throws {
        let view = try bench.view()
        try publish(
            view, 1,
            [
                FakeFile("a", "same"), FakeFile("b", "Same"), FakeFile("c", "same", mode: 0o755),
                FakeFile("d", "same", modified: FileTime(seconds: 1_534_423_920, nanoseconds: 123_456_788)),
            ])
        let inodes = Set(["a", "b", "c", "d"].compactMap { inode(1, $0) })
        #expect(inodes.count == 4)
    }

    @Test func `modes that look the same in the tree share an inode`() throws {
        let view = try bench.view()
        try publish(view, 1, [FakeFile("a", "same", mode: 0o600), FakeFile("b", "same", mode: 0o640)])
        #expect(inode(1, "a") == inode(1, "b"))
    }

    @Test func `content that is in the pool is linked and never read`() throws {
        let view = try bench.view()
        let files = (0..<50).map { FakeFile("folder/\($0)", "content of \($0)") }
        try publish(view, 1, files)
        let reads = bench.source.readCount
        try publish(view, 1, Array(files.dropLast()))
        try publish(view, 2, files)
        #expect(bench.source.readCount == reads)
        #expect(try bench.verify().isClean)
    }

    @Test func `an inode that has all its names leaves the pool to another one`() throws {
        let view = try bench.view(linkLimit: 4)
        try publish(view, 1, (0..<10).map { FakeFile("\($0)", "same") })
        let inodes = (0..<10).compactMap { inode(1, "\($0)") }
        #expect(inodes.count == 10)
        // Three in the tree and one in the pool for the first; its name in the pool goes to the next.
        #expect(Set(inodes).count == 4)
        #expect((0..<10).allSatisfy { bench.folder.status(path(1, "\($0)")).map { $0.st_nlink <= 4 } ?? false })
        #expect(try bench.folder.text(path(1, "9")) == "same")
        #expect(try bench.folder.all("pool").filter { $0.contains("/") }.count == 1)
        #expect(try bench.verify().isClean)
    }

    // Needs ext4: other filesystems allow more names than a test should make.
    @Test(.enabled(if: Machine.hasLinkLimit, "needs ext4 under /tmp"))
    func `where the filesystem refuses another name, another inode is started`() throws {
        let view = try bench.view()
        try publish(view, 1, [FakeFile("a", "same")])
        try bench.folder.makeFolder("names")
        var count = 0
        while link(bench.folder.path(path(1, "a")), bench.folder.path("names/\(count)")) == 0, count < 70_000 {
            count += 1
        }
        try #require(count < 70_000)
        try publish(view, 2, [FakeFile("a", "same"), FakeFile("b", "same")])
        #expect(inode(2, "a") != inode(1, "a"))
        #expect(inode(2, "a") == inode(2, "b"))
        #expect(try bench.folder.text(path(2, "a")) == "same")
    }

    @Test func `a file in the pool that was cut by a power loss is written anew`() throws {
        let view = try bench.view()
        try publish(view, 1, [FakeFile("a", "content")])
        #expect(truncate(bench.folder.path(path(1, "a")), 0) == 0)
        try publish(view, 2, [FakeFile("a", "content")])
        #expect(try bench.folder.text(path(2, "a")) == "content")
        try publish(view, 3, [FakeFile("a", "content")])
        #expect(inode(3, "a") == inode(2, "a"))
    }

    @Test func `a sweep removes what no tree shows any more, and only that`() throws {
        let view = try bench.view()
        try publish(view, 1, [FakeFile("a", "kept"), FakeFile("b", "let go")])
        try publish(view, 1, [FakeFile("a", "kept")])
        try view.sweepPool()
        #expect(try bench.folder.all("pool").filter { $0.contains("/") }.count == 2)
        try view.sweepRetired(now: .max)
        try view.sweepPool()
        #expect(try bench.folder.all("pool").filter { $0.contains("/") }.count == 1)
        #expect(try bench.folder.text(path(1, "a")) == "kept")
    }

    @Test func `times before 1970 and beyond what the disk keeps do no harm`() throws {
        let view = try bench.view()
        try publish(
            view, 1,
            [
                FakeFile("old", "x", modified: FileTime(seconds: -86_400, nanoseconds: 1)),
                FakeFile("absurd", "y", modified: FileTime(seconds: 1 << 45, nanoseconds: 0)),
                FakeFile("ancient", "z", modified: FileTime(seconds: -(1 << 45), nanoseconds: 0)),
            ])
        let time = try #require(bench.folder.status(path(1, "old"))).st_mtim
        #expect(time.tv_sec == -86_400 && time.tv_nsec == 1)
        #expect(try bench.verify().damages.map(\.description) == [])
    }
}
