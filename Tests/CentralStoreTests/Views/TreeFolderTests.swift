import Glibc
import LevelTree
import Testing

@testable import CentralStore

@Suite struct TreeFolderTests {
    private let folder: TestFolder
    private let root: TreeFolder

    init() throws {
        folder = try TestFolder()
        root = try TreeFolder(path: folder.path)
    }

    private func descend(_ count: Int) throws {
        var level = try root.folder(Array("top".utf8), making: 0o700)
        for number in 0..<count {
            close(try level.create(Array("file".utf8)))
            level = try level.folder(Array((number % 3 == 0 ? "a" : "deep-1").utf8), making: 0o700)
        }
        close(try level.create(Array("last".utf8)))
    }

    @Test func `a folder is removed however deep it is`() throws {
        try descend(1_500)
        try root.removeAll(Array("top".utf8))
        #expect(try root.names().isEmpty)
    }

    @Test func `a removal does not follow links`() throws {
        try folder.makeFolder("kept")
        try folder.write("content", to: "kept/file")
        try folder.makeFolder("gone")
        #expect(symlink("../kept", folder.path("gone/link")) == 0)
        try root.removeAll(Array("gone".utf8))
        #expect(try folder.text("kept/file") == "content")
        #expect(symlink("kept", folder.path("link")) == 0)
        try root.removeAll(Array("link".utf8))
        #expect(try folder.all(".") == ["kept", "kept/file"])
    }

    @Test func `what is gone already is removed already`() throws {
        try root.removeAll(Array("nothing".utf8))
    }

    @Test func `a link in the place of a folder is not entered`() throws {
        #expect(symlink("/etc", folder.path("link")) == 0)
        let error = #expect(throws: StoreError.self) { try root.folder(Array("link".utf8), making: 0o700) }
        #expect(error?.message.contains("/link: ") == true)
        #expect(throws: StoreError.self) { _ = try root.read(Array("link".utf8)) }
    }

    @Test func `a walk has the order of manifests and shows empty folders`() throws {
        for name in ["a", "a/b", "a,b", "empty", "z", "z/empty"] { try folder.makeFolder(name) }
        for name in ["a/b/1", "a/b.txt", "a,b/2", "a.txt", "z/last"] { try folder.write("", to: name) }
        var walk = try TreeWalk(root)
        var paths: [RelativePath] = []
        while let found = try walk.next() { paths.append(found.path) }
        #expect(paths.map(\.description) == ["a/b/1", "a/b.txt", "a,b/2", "a.txt", "empty", "z/empty", "z/last"])
        #expect(paths == paths.sorted())
    }

    @Test func `a walk of an empty folder finds nothing`() throws {
        var walk = try TreeWalk(root)
        #expect(try walk.next()?.path == nil)
    }

    @Test func `a walk goes as deep as there is`() throws {
        try descend(400)
        var walk = try TreeWalk(root)
        var count = 0
        while try walk.next() != nil { count += 1 }
        #expect(count == 401)
    }

    @Test func `errors name the place, the reason and what to do`() throws {
        let full = TreeFault.error("write", "/data/x", ENOSPC)
        #expect(full.code == .storeFull)
        #expect(full.message.hasPrefix("cannot write /data/x: No space left on device; free some space"))
        #expect(TreeFault.error("write", "/data/x", EIO).code == .storage)
        #expect(!full.isPermanent)
    }
}
