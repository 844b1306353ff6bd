import Glibc
import LevelTree
import Staging
import Testing

@testable import Collecting

/// What hostile or broken archives look like, as Python that makes them, and what is said of them.
struct BadArchive: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let lines: String
    let says: String

    init(_ name: String, _ lines: String, says: String) {
        testDescription = name
        self.lines = lines
        self.says = says
    }

    private static let elsewhere = "leads elsewhere"

    static let all = [
        BadArchive("a name above the archive", "put('../../etc/cron.d/x', 'x')", says: elsewhere),
        BadArchive("a name above it, in Windows' writing", #"put('..\\..\\x', 'x')"#, says: elsewhere),
        BadArchive("a name from the root", "put('/etc/passwd', 'x')", says: elsewhere),
        BadArchive("a name from a drive", #"put('C:\\x', 'x')"#, says: elsewhere),
        BadArchive("a name on a server", #"put('\\\\server\\x', 'x')"#, says: elsewhere),
        BadArchive("a name with a NUL", #"put('a\0b', 'x')"#, says: elsewhere),
        BadArchive("a name of no letters", "put('', 'x')", says: elsewhere),
        BadArchive("a name that no folder can hold", "put('x' * 256, 'x')", says: elsewhere),
        BadArchive("a path deeper than any", "put('x/' * 101 + 'x', 'x')", says: elsewhere),
        BadArchive("a folder above the archive", "put('../x/')", says: elsewhere),
        BadArchive("the same name twice", "put('a', 'x'); put('a', 'y')", says: "same place"),
        BadArchive("the same name in both writings", #"put('a/b', 'x'); put('a\\b', 'y')"#, says: "same place"),
        BadArchive("a file that is a folder, too", "put('a', 'x'); put('a/b', 'y')", says: "same place"),
        BadArchive("a folder that is a file, too", "put('a/b', 'x'); put('a', 'y')", says: "same place"),
        BadArchive("a symlink", "put('a', '/etc/passwd', stat.S_IFLNK | 0o777, 3)", says: "link"),
        BadArchive("a device", "put('a', '', stat.S_IFCHR | 0o666, 3)", says: "device"),
        BadArchive("a bomb", "put('a', bytes(60 << 20))", says: "zip bomb"),
        BadArchive(
            "a bomb of many files", "for i in range(70): put(f'{i}', bytes(1 << 20))", says: "zip bomb"),
        BadArchive(
            "many more entries than there can be", "for i in range(100_001): put(f'{i}')", says: "100000 entries"),
    ]

    /// Done to a good archive, whose bytes are `b`.
    static let broken = [
        BadArchive("one that is cut", "b = b[:-30]", says: "it is cut"),
        BadArchive("one of which only the end came", "b = b[200:]", says: "is damaged"),
        BadArchive("nothing", "b = b''", says: "it is cut"),
        BadArchive("no zip at all", "b = b'hello' * 1000", says: "it is cut"),
        BadArchive("a flipped bit", "b[b.index(b'PK', 200) - 100] ^= 1", says: "does not unpack"),
        BadArchive(
            "a size that is not true", "d = b.rindex(b'PK\\1\\2'); b[d+24:d+28] = (900).to_bytes(4, 'little')",
            says: "is damaged"),
        BadArchive(
            "a size beyond all disks", "d = b.index(b'PK\\1\\2'); b[d+24:d+28] = (0xf0000000).to_bytes(4, 'little')",
            says: "more than 2 GiB"),
        BadArchive(
            "one that hides entries", "e = b.rindex(b'PK\\5\\6'); b[e+8:e+12] = b'\\1\\0\\1\\0'", says: "directory"),
        BadArchive(
            "one that promises more", "e = b.rindex(b'PK\\5\\6'); b[e+8:e+12] = b'\\t\\0\\t\\0'", says: "directory"),
        BadArchive("one with a password", "d = b.rindex(b'PK\\1\\2'); b[d+8] |= 1", says: "encrypted"),
        BadArchive("an unknown packing", "d = b.rindex(b'PK\\1\\2'); b[d+10] = 14", says: "method 14"),
    ]
}

@Suite("An archive that cannot be trusted")
struct RefusedArchiveTests {
    let site: DropSite

    init() throws { site = try DropSite() }

    private func expectRefusal(_ bad: BadArchive) async throws {
        let result = try #require(try await site.collect())
        #expect(result.outcome == .partial)
        #expect(result.shortfalls.map(\.path) == ["refused/x.zip"])
        let reason = result.shortfalls.first?.reason ?? ""
        #expect(reason.contains(bad.says), "\(reason)")
        #expect(try site.paths() == ["refused/x.zip"])
        let tree = "\(site.school.root.path)/staging/tree/2018/mz/2039150-mz150/unplatform"
        shell("cmp '\(site.drop)/x.zip' '\(tree)/refused/x.zip'")
        #expect(site.leftovers().isEmpty)
        let again = try #require(try await site.collect())
        guard case .unchanged = again.ending else { throw Surprise(again) }
        #expect(again.shortfalls == result.shortfalls)
    }

    @Test(arguments: BadArchive.all)
    func `is kept aside unopened, and it is said why`(bad: BadArchive) async throws {
        site.zip("x.zip", "config('7')\n" + bad.lines)
        try await expectRefusal(bad)
    }

    @Test(arguments: BadArchive.broken)
    func `is kept aside when it is broken`(bad: BadArchive) async throws {
        site.zip(
            "x.zip",
            """
            config('7')
            import random
            put('a', random.Random(1).randbytes(600)); put('b', 'whole')
            z.close()
            b = bytearray(open(sys.argv[1], 'rb').read())
            \(bad.lines)
            open(sys.argv[1], 'wb').write(b)
            """)
        try await expectRefusal(bad)
    }

    @Test func `for its checksum is kept with it, until a good one takes its place`() async throws {
        site.zip("x.zip", "config('7'); put('1', 'A')")
        site.write("00000000000000000000000000000000  x.zip\n", to: "xchecksum.txt")
        let result = try #require(try await site.collect())
        #expect(result.outcome == .partial)
        #expect(result.shortfalls.first?.reason.contains("xchecksum.txt says 0000") == true)
        #expect(try site.paths() == ["refused/x.zip", "refused/xchecksum.txt"])
        site.write("\(site.md5("x.zip"))  x.zip\n", to: "xchecksum.txt", at: DropSite.written + 60)
        let healed = try #require(try await site.collect())
        #expect(healed.outcome == .complete)
        #expect(try site.paths() == ["7/x/1", "refused/x.zip", "refused/xchecksum.txt"])
    }

    @Test func `does not take another one's place aside`() async throws {
        site.zip("a/x.zip", "put('../1', 'A')")
        site.zip("b/x.zip", "put('../1', 'B')")
        try await site.collect()
        let hash = shell("sha256sum '\(site.drop)/b/x.zip'").prefix(8)
        #expect(try site.paths() == ["refused/x.zip", "refused/x~\(hash).zip"])
    }

    @Test func `is not refused for repeating itself a little, nor for what Windows does to names`() async throws {
        site.zip(
            "x.zip",
            #"""
            config('7')
            put('zeros', bytes(9 << 20))
            put('logging\\Log\\1.json', 'x')
            put('./dotted', 'x')
            put('logging\\Log\\')
            put('वर्ग.json', 'x')
            """#)
        let result = try #require(try await site.collect())
        #expect(result.outcome == .complete)
        #expect(try site.paths() == ["7/x/dotted", "7/x/logging/Log/1.json", "7/x/zeros", "7/x/वर्ग.json"])
    }

    @Test func `is looked through to its end, with more entries than the old format can count`() throws {
        site.zip("x.zip", "for i in range(70_000): put(f'{i}')")
        let file = open("\(site.drop)/x.zip", O_RDONLY)
        defer { close(file) }
        #expect(try ZipContents(try ZipArchive(file), archiveSize: 1 << 20).entries == 70_000)
    }
}
