import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("A source folder is walked")
struct SourceWalkTests {
    let site: Site

    init() throws { site = try Site() }

    /// The whole walk as text: a path, and what is there.
    private func walk(_ folder: SourceFolder? = nil) throws -> [String] {
        let walk = try SourceWalk(folder ?? SourceFolder(path: site.source))
        var lines: [String] = []
        while let item = walk.item {
            let path = escapedText(walk.path)
            switch item {
            case .file: lines.append(path)
            case .missed(let reason, let isFolder): lines.append("\(path)\(isFolder ? "/" : "") missed: \(reason)")
            case .skipped(let reason): lines.append("\(path) skipped: \(reason)")
            default: lines.append("\(path) is nothing that a walk finds")
            }
            walk.advance()
        }
        return lines
    }

    @Test func `in the order of manifests, a folder's content right after its name`() throws {
        for path in ["b", "a/x", "a.b", "a,b", "a/b/c", "-lead", "a b", "it's", "[x]"] { try site.put(path) }
        #expect(try walk() == ["-lead", "[x]", "a/b/c", "a/x", "a b", "a,b", "a.b", "b", "it's"])
        let paths = try walk().map { try RelativePath($0) }
        #expect(paths == paths.sorted())
    }

    @Test func `with names of any bytes`() throws {
        try site.put(Array("line\nbreak".utf8), [1])
        try site.put([0xff, 0xfe, UInt8(ascii: "x")], [2])
        try site.put("हिंदी.json")
        #expect(try walk() == ["line\\x0abreak", "हिंदी.json", "\\xff\\xfex"])
    }

    @Test func `symlinks, sockets, FIFOs and devices are skipped and listed`() throws {
        try site.put("plain")
        symlink("/etc/passwd", site.source + "/link")
        symlink("/etc", site.source + "/folder link")
        symlink("nowhere", site.source + "/broken")
        mkfifo(site.source + "/fifo", 0o644)
        try bindSocket(site.source + "/socket")
        #expect(
            try walk() == [
                "broken skipped: is a symlink; symlinks are not followed", "fifo skipped: is a FIFO",
                "folder link skipped: is a symlink; symlinks are not followed",
                "link skipped: is a symlink; symlinks are not followed", "plain", "socket skipped: is a socket",
            ])
    }

    @Test func `what takes the place of an open folder is not what is read`() throws {
        for path in ["folder/a", "folder/b", "elsewhere/b"] { try site.put(path, path) }
        let walk = try SourceWalk(SourceFolder(path: site.source))
        while walk.path != Array("folder/a".utf8) { walk.advance() }
        rename(site.source + "/folder", site.source + "/moved")
        symlink(site.source + "/elsewhere", site.source + "/folder")
        walk.advance()
        #expect(walk.path == Array("folder/b".utf8))
        let file = try #require(walk.open())
        #expect(readExactly(file, at: 0, 8) == Array("folder/b".utf8))
    }

    @Test(.enabled(if: isRoot, "making a device needs root"))
    func `a device is skipped and listed`() throws {
        #expect(mknod(site.source + "/null", S_IFCHR | 0o666, 1 << 8 | 3) == 0)
        #expect(try walk() == ["null skipped: is a device"])
    }

    @Test(.enabled(if: isRoot, "mounting needs root"))
    func `a folder of another filesystem is missed, not entered`() throws {
        try site.put("a")
        try site.put("mounted/inside")
        #expect(mount("none", site.source + "/mounted", "tmpfs", 0, "size=1m") == 0)
        defer { umount(site.source + "/mounted") }
        try site.put("mounted/other")
        #expect(try walk() == ["a", "mounted/ missed: lies on another filesystem, which is not collected from here"])
    }

    @Test(.enabled(if: isRoot, "mounting needs root"))
    func `a single file of another filesystem is missed`() throws {
        try site.put("a")
        try site.put("b")
        mkdir(site.root + "/other", 0o755)
        #expect(mount("none", site.root + "/other", "tmpfs", 0, "size=1m") == 0)
        defer { umount(site.root + "/other") }
        close(creat(site.root + "/other/file", 0o644))
        #expect(mount(site.root + "/other/file", site.source + "/b", "", UInt(MS_BIND), nil) == 0)
        defer { umount(site.source + "/b") }
        #expect(try walk() == ["a", "b missed: lies on another filesystem, which is not collected from here"])
    }

    @Test func `an unreadable folder is missed as a whole`() throws {
        try site.put("a")
        try site.put("closed/inside")
        try site.put("z")
        chmod(site.source + "/closed", 0)
        defer { chmod(site.source + "/closed", 0o755) }
        #expect(try asOrdinaryUser { try walk() } == ["a", "closed/ missed: cannot be read: Permission denied", "z"])
    }

    @Test func `each hard link is a file of its own, an empty file is a file, an empty folder is nothing`() throws {
        try site.put("one", "x")
        link(site.source + "/one", site.source + "/two")
        try site.put("empty")
        mkdir(site.source + "/folder", 0o755)
        #expect(try walk() == ["empty", "one", "two"])
    }

    @Test func `a path of more than 4,095 bytes is missed`() throws {
        // Made step by step: the kernel takes no path of that length at once.
        let name = String(repeating: "n", count: 250)
        var folder = try #require(Descriptor.openingFolder(CName(site.source)))
        for _ in 0..<16 {
            mkdirat(folder.number, name, 0o755)
            folder = try #require(Descriptor.openingFolder(CName(name), in: folder.number))
        }
        // 16 folders and slashes are 4,016 bytes.
        for length in [79, 80] {
            let file = Descriptor.opening(
                CName(String(repeating: "f", count: length)), in: folder.number, O_CREAT | O_WRONLY, mode: 0o644)
            #expect(file != nil)
        }
        mkdirat(folder.number, String(repeating: "g", count: 100), 0o755)
        let lines = try walk()
        #expect(lines.count == 3)
        #expect(lines[0].utf8.count == 4095)
        #expect(lines[1].hasSuffix("f missed: has a path of more than 4095 bytes"))
        #expect(lines[2].hasSuffix("g/ missed: has a path of more than 4095 bytes"))
    }

    @Test func `folders more than 256 deep are missed`() throws {
        var path = "d"
        for _ in 0..<257 { path += "/d" }
        try site.put(path + "/file")
        try site.put("e")
        let lines = try walk()
        #expect(lines.count == 2)
        #expect(lines[0].hasSuffix("/ missed: lies more than 256 folders deep"))
        #expect(lines[1] == "e")
    }

    @Test func `under a prefix, with files and folders left out`() throws {
        for path in ["a.log", "a.error.log", "old/b.log", "old/deep/c.log", "keep/d.log"] { try site.put(path) }
        let folder = SourceFolder(
            path: site.source, under: try RelativePath("in"),
            include: { $0.description.hasSuffix(".error.log") ? .skipAndList("is excluded") : .take },
            enter: { $0.description == "in/old" ? .skip : .take })
        #expect(try walk(folder) == ["in/a.error.log skipped: is excluded", "in/a.log", "in/keep/d.log"])
    }
}

/// Makes a socket in the file system.
private func bindSocket(_ path: String) throws {
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    try #require(result == 0)
}
