import CentralStore
import Glibc
import Testing

@Suite struct RetiredFoldersTests {
    private let bench: ViewBench
    private let view: TreeView
    private let db = ViewBench.home + "/db"

    init() throws {
        bench = try ViewBench()
        view = try bench.view()
    }

    private func publish(_ dataset: String, _ files: [FakeFile]) throws {
        try view.publish(bench.source.commit(dataset, files), from: bench.source)
    }

    @Test func `who has the old folder open goes on reading it for an hour`() throws {
        try publish("db", [FakeFile("a/x", "old")])
        let open = open(bench.folder.path(db), O_RDONLY | O_DIRECTORY)
        defer { close(open) }
        try publish("db", [FakeFile("a/x", "new")])
        #expect(faccessat(open, "a/x", R_OK, 0) == 0)

        bench.pass(seconds: 3_599)
        try view.sweepRetired(now: bench.now)
        #expect(faccessat(open, "a/x", R_OK, 0) == 0)

        bench.pass(seconds: 1)
        try view.sweepRetired(now: bench.now)
        #expect(faccessat(open, "a/x", R_OK, 0) != 0)
        #expect(try bench.folder.names("retired").isEmpty)
        #expect(try bench.folder.text("\(db)/a/x") == "new")
    }

    @Test func `replaced and removed single files are retired too`() throws {
        try publish("git-commit.log", [FakeFile("git-commit.log", "1"), FakeFile("git-commit-details.log", "1")])
        try publish("git-commit.log", [FakeFile("git-commit.log", "2")])
        let retired = try bench.folder.all("retired").filter { $0.contains("/") }
        #expect(retired.map { $0.split(separator: "/")[1] } == ["git-commit-details.log", "git-commit.log"])
    }

    @Test func `a clock that was set back keeps nothing for years`() throws {
        try publish("db", [FakeFile("x", "1")])
        try publish("db", [FakeFile("x", "2")])
        bench.pass(seconds: -10 * 365 * 86_400)
        try view.sweepRetired(now: bench.now)
        #expect(try bench.folder.names("retired").count == 1)
        bench.pass(seconds: 3_600)
        try view.sweepRetired(now: bench.now)
        #expect(try bench.folder.names("retired").isEmpty)
    }

    @Test func `foreign names among the retired are left alone`() throws {
        try bench.folder.write("mine", to: "retired/notes")
        try view.sweepRetired(now: .max)
        #expect(try bench.folder.names("retired") == ["notes"])
    }
}
