import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("A place of the sources")
struct SourcePlaceTests {
    let site: Site

    init() throws {
        site = try Site()
        try site.put("a/b/file", "inside")
        mkdir(site.root + "/outside", 0o755)
        mkdir(site.root + "/outside/b", 0o755)
        close(creat(site.root + "/outside/b/file", 0o644))
    }

    private func place(_ below: String, root: String? = nil) throws -> SourcePlace {
        SourcePlace(root: root ?? site.source, below: try RelativePath(below))
    }

    private func kind(_ body: () throws -> Void) -> SourceProblem.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SourceProblem)?.kind
        }
    }

    @Test func `may have a root that is a symlink, which is the operator's choice`() throws {
        symlink(site.source, site.root + "/chosen")
        let place = try place("a/b", root: site.root + "/chosen")
        try place.check(for: .folder)
        let walk = try SourceWalk(SourceFolder(place))
        #expect(walk.path == Array("file".utf8))
        #expect(try SourceWalk(SourceFolder(SourcePlace(root: site.root + "/chosen"))).path == Array("a/b/file".utf8))
    }

    @Test(arguments: ["outside", "source/inside"], ["l/b", "l/b/file", "l"])
    func `is not reached through a symlink, wherever that leads, and the sentence names it`(
        target: String, below: String
    ) throws {
        try site.put("inside/b/file", "elsewhere")
        symlink("\(site.root)/\(target)", site.source + "/l")
        let place = try place(below)
        for expected in [SourcePlace.Expected.folder, .file] {
            #expect(kind { try place.check(for: expected) } == .link)
            #expect(kind { _ = try place.open(expected) } == .link)
        }
        let error = #expect(throws: SourceProblem.self) { try SourceWalk(SourceFolder(place)) }
        #expect(error?.isMissing == false)
        #expect(error?.message.hasPrefix("\(site.source)/l is a symbolic link") == true)
        let file = try SingleFile(at: place, as: RelativePath("file"))
        guard case .missed(let reason, _)? = file.item else { Issue.record("\(String(describing: file.item))"); return }
        #expect(reason.hasPrefix("\(site.source)/l is a symbolic link"))
    }

    @Test func `is not read through a symlink that was put on the way after the first look`() throws {
        let file = try SingleFile(at: place("a/b/file"), as: RelativePath("file"))
        rename(site.source + "/a", site.source + "/moved")
        symlink(site.root + "/outside", site.source + "/a")
        #expect(file.open() == nil)
        #expect(errno == ELOOP)
    }

    @Test func `that is missing is told as missing, at the end and on the way`() throws {
        for below in ["none", "none/b/file", "a/none"] {
            #expect(kind { try place(below).check(for: .file) } == .absent)
            #expect(throws: SourceProblem.self) { try SingleFile(at: place(below), as: RelativePath("file")) }
        }
        #expect(kind { _ = try SourceWalk(SourceFolder(place("x", root: site.root + "/none"))) } == .absent)
    }

    @Test func `whose root is a symlink that leads nowhere is missing, and that is said`() throws {
        symlink(site.root + "/nowhere", site.root + "/chosen")
        for place in [try place("a", root: site.root + "/chosen"), SourcePlace(root: site.root + "/chosen")] {
            let error = #expect(throws: SourceProblem.self) { try SourceWalk(SourceFolder(place)) }
            #expect(error?.kind == .brokenRoot)
            #expect(error?.isMissing == true)
        }
    }

    @Test func `of another kind is not missing, and the sentence says what is there`() throws {
        mkfifo(site.source + "/fifo", 0o644)
        for (below, expected, found) in [
            ("a/b/file", SourcePlace.Expected.folder, "a file"), ("a/b", .file, "a folder"), ("fifo", .file, "a FIFO"),
            ("a/b/file/on", .file, "a file"),
        ] {
            #expect(kind { try place(below).check(for: expected) } == .misplaced(found))
        }
        let error = #expect(throws: SourceProblem.self) { try SourceWalk(SourceFolder(place("a/b/file"))) }
        #expect(error?.isMissing == false)
        #expect(
            error?.message
                == "\(site.source)/a/b/file is a file, where a folder was expected; put the folder in its place")
        #expect(kind { try SourcePlace(root: site.source + "/a/b/file").check(for: .folder) } == .misplaced("a file"))
        #expect(kind { try place("x", root: site.source + "/a/b/file").check(for: .file) } == .misplaced("a file"))
    }

    @Test func `is reached through folders that may be passed but not listed`() throws {
        chmod(site.source + "/a", 0o711)
        if isRoot { chown(site.source + "/a", 1, 1) }
        try asOrdinaryUser { try place("a/b/file").check(for: .file) }
        chmod(site.source + "/a", 0o700)
        guard isRoot else { return }
        #expect(asOrdinaryUser { kind { try place("a/b/file").check(for: .file) } } == .unreadable(EACCES))
    }

    @Test func `without a root of its own may not be a symlink itself`() throws {
        symlink(site.source, site.root + "/link")
        #expect(kind { try SourcePlace(site.root + "/link").check(for: .folder) } == .link)
        try SourcePlace(site.source).check(for: .folder)
        try SourcePlace("/").check(for: .folder)
        try SourcePlace("/etc").check(for: .folder)
    }

    @Test(arguments: [
        ("/a/b", "/a/b"), ("/a", "/a"), ("/", "/"), ("/a/b/", "/a/b"), ("relative", "relative"),
    ])
    func `has the path that it was made from`(given: String, path: String) {
        #expect(SourcePlace(given).path == Array(path.utf8))
    }

    @Test func `has a path without doubled slashes`() throws {
        #expect(try SourcePlace(root: "/x//", below: RelativePath("y")).path == Array("/x/y".utf8))
        #expect(try SourcePlace(root: "/", below: RelativePath("y")).path == Array("/y".utf8))
    }
}
