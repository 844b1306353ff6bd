import LevelTree
import Testing

@Suite("Relative paths")
struct RelativePathTests {
    @Test(
        "names that file systems allow are kept as they are",
        arguments: [
            "a", "a/b", "-ct131", "St. Foo's H&S", "x,y.json,v", "two\nlines", "…/ü", ".hidden", "..a", "a..", "a/...",
        ])
    func kept(_ text: String) throws {
        #expect(try RelativePath(text).bytes == Array(text.utf8))
    }

    @Test("bytes that are not UTF-8 are kept")
    func notUTF8() throws {
        #expect(try RelativePath([0x61, 0xff, 0x2f, 0xc0]).bytes == [0x61, 0xff, 0x2f, 0xc0])
    }

    @Test(
        "paths that could lead out of a dataset, or that no file has, are refused",
        arguments: [
            ("", PathProblem.Code.empty), ("/etc/passwd", .absolute), ("../x", .dotComponent),
            ("a/../b", .dotComponent),
            ("a/..", .dotComponent), (".", .dotComponent), ("a/./b", .dotComponent), ("a//b", .emptyComponent),
            ("a/", .emptyComponent), ("a\u{0}b", .containsNUL),
        ])
    func refused(_ text: String, _ code: PathProblem.Code) {
        let problem = #expect(throws: PathProblem.self) { try RelativePath(text) }
        #expect(problem?.code == code)
    }

    @Test("one byte more than a file system takes is refused")
    func tooLong() {
        let component = #expect(throws: PathProblem.self) { try RelativePath(String(repeating: "x", count: 256)) }
        #expect(component?.code == .componentTooLong)
        let path = #expect(throws: PathProblem.self) { try RelativePath(String(repeating: "x/", count: 2048) + "x") }
        #expect(path?.code == .tooLong)
    }

    @Test("a component with a slash is refused")
    func slash() {
        #expect(throws: PathProblem.self) { try RelativePath(component: Array("a/b".utf8)) }
    }

    @Test("the longest path and component are taken")
    func longest() throws {
        let longest = Array(String(repeating: "x", count: 255).utf8)
        #expect(try RelativePath(longest).bytes.count == 255)
        let path = Array(String(repeating: "x/", count: 2047).utf8) + Array("xx".utf8)
        #expect(try RelativePath(path).bytes.count == 4096)
    }

    @Test("a folder's content follows its name at once, before names that begin alike")
    func order() throws {
        let sorted = try ["a", "a/b", "a/b/c", "a!", "a,b", "a-b/c", "b"].map { try RelativePath($0) }
        #expect(sorted.shuffled().sorted() == sorted)
    }

    @Test("the sort key orders as the paths do, and gives the path back")
    func sortKey() throws {
        let paths = try ["a/b", "a!", "ab", "a", "Z/é", "a/b!"].map { try RelativePath($0) }
        #expect(
            paths.sorted().map(\.sortKey) == paths.map(\.sortKey).sorted { $0.lexicographicallyPrecedes($1) })
        for path in paths { #expect(try RelativePath(sortKey: path.sortKey) == path) }
    }

    @Test("inside means below, not beginning alike")
    func inside() throws {
        let folder = try RelativePath("a/b")
        #expect(try RelativePath("a/b/c").isInside(folder))
        #expect(try !RelativePath("a/bc").isInside(folder))
        #expect(!folder.isInside(folder))
    }

    @Test("parent and last component take a path apart")
    func parts() throws {
        let path = try RelativePath("a/b/c")
        #expect(path.parent == (try RelativePath("a/b")))
        #expect(Array(path.lastComponent) == Array("c".utf8))
        #expect(try RelativePath("a").parent == nil)
        #expect(path.components.count == 3)
    }

    @Test("joining keeps to the length limit")
    func joined() throws {
        let long = try RelativePath(String(repeating: "x/", count: 2000) + "x")
        #expect(throws: PathProblem.self) { try long.appending(long) }
        #expect(try RelativePath("a").appending(component: Array("b".utf8)).description == "a/b")
    }

    @Test("a name cannot write to a terminal or disguise itself")
    func escaped() throws {
        #expect(try RelativePath("a\u{1b}[2Jb").description == "a\\x1b[2Jb")
        #expect(try RelativePath("a\nb").description == "a\\x0ab")
        #expect(try RelativePath([0x61, 0xff]).description == "a\\xff")
        #expect(try RelativePath([0xe0, 0xa4]).description == "\\xe0\\xa4")
        #expect(try RelativePath("back\\x0aslash").description == "back\\x5cx0aslash")
        #expect(try RelativePath("a\u{202e}b").description == "a\\xe2\\x80\\xaeb")
        #expect(try RelativePath("मिज़ोरम").description == "मिज़ोरम")
    }
}
