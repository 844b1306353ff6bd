import CentralStore
import Glibc
import Testing

/// With a real second user, who exists only as a number.
@Suite struct TreeReaderGroupTests {
    private let reader: uid_t = 61_234
    private let group: gid_t = 61_235

    // Needs root, to make files of a group and to become another user.
    @Test(.enabled(if: Machine.canActAsAnother, "needs root and setpriv"))
    func `a member of the reader group reads all of the tree and writes none of it`() throws {
        let bench = try ViewBench()
        let view = try bench.view(readerGroup: group)
        try view.publish(
            bench.source.commit(
                "rcs-repo",
                [FakeFile("a/b/private", "secret", mode: 0o600), FakeFile("c", "public"), FakeFile("d", "", mode: 0)]),
            from: bench.source)
        try view.publish(
            bench.source.commit("git-commit.log", [FakeFile("git-commit.log", "log", mode: 0o600)]), from: bench.source)
        let tree = bench.folder.path("tree")

        let reads =
            "test \"$(find \(tree) -type f -exec cat {} + | wc -c)\" = 15 && test \"$(find \(tree) -type f | wc -l)\" = 4"
        #expect(Machine.run(reads, as: reader, in: group) == 0)

        for attempt in [
            "find \(tree) -writable | grep .", "touch \(tree)/x",
            "echo x >> \(tree)/2018/mz/2039150-mz150/gstudio/git-commit.log",
            "rm -f \(tree)/2018/mz/2039150-mz150/gstudio/rcs-repo/c",
            "chmod u+w \(tree)/2018/mz/2039150-mz150/gstudio/rcs-repo/c",
            "mkdir \(tree)/2018/mz/2039150-mz150/gstudio/db", "ls \(bench.folder.path("pool"))",
            "ls \(bench.folder.path("retired"))",
        ] {
            let status = try #require(Machine.run("exec 2>/dev/null; \(attempt)", as: reader, in: group))
            #expect(status != 0, "\(attempt)")
        }
        #expect(try bench.verify().isClean)
    }

    // Needs root, to become another user.
    @Test(.enabled(if: Machine.canActAsAnother, "needs root and setpriv"))
    func `a user outside the reader group sees nothing`() throws {
        let bench = try ViewBench()
        let view = try bench.view(readerGroup: group)
        try view.publish(bench.source.commit("media", [FakeFile("x", "y", mode: 0o777)]), from: bench.source)
        #expect(Machine.run("exec 2>/dev/null; ls \(bench.folder.path("tree"))", as: reader, in: group + 1) != 0)
    }

    // Needs root, to give files to a group.
    @Test(.enabled(if: Machine.isRoot, "needs root"))
    func `another reader group gets new files, and a rebuild gives it the old ones`() throws {
        let bench = try ViewBench()
        let first = try bench.view(readerGroup: group)
        try first.publish(bench.source.commit("media", [FakeFile("x", "y")]), from: bench.source)
        let second = try bench.view(readerGroup: group + 1)
        try second.publish(
            bench.source.commit("media", of: "mz1", directory: "-mz1", [FakeFile("x", "y")]), from: bench.source)
        #expect(bench.folder.status("tree/2018/mz/-mz1/gstudio/media/x")?.st_gid == group + 1)
        #expect(bench.folder.status(ViewBench.home + "/media/x")?.st_gid == group)
        _ = try second.rebuild(from: bench.source)
        #expect(bench.folder.status(ViewBench.home + "/media/x")?.st_gid == group + 1)
        #expect(bench.folder.status(ViewBench.home + "/media")?.st_gid == group + 1)
    }

    // Needs a user who may not do it.
    @Test(.enabled(if: !Machine.isRoot, "root may give files to any group"))
    func `a group that this user may not give is said`() throws {
        let bench = try ViewBench()
        let error = #expect(throws: StoreError.self) { try bench.view(readerGroup: group) }
        #expect(error?.message.contains("cannot give the reader group") == true)
    }
}
