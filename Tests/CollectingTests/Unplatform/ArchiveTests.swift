import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite("What was brought from lab PCs")
struct ArchiveTests {
    let site: DropSite

    init() throws { site = try DropSite() }

    private static let name = "lab-QBank-2018-10-29-13-05-11"

    @Test func `is unpacked and filed by its terminal, with times of the school's zone`() async throws {
        site.zip("\(Self.name).zip", "config('7'); put('unplatform/user_data/1.json', 'one'); put('assessment/')")
        site.write(site.md5("\(Self.name).zip").uppercased() + "\r\n", to: "\(Self.name)checksum.txt")
        let result = try #require(try await site.collect())
        #expect(result.outcome == .complete)
        #expect(try site.files()["7/\(Self.name)/unplatform/user_data/1.json"] == "one")
        #expect(try site.files().count == 2)
        let tree = "\(site.school.root.path)/staging/tree/2018/mz/2039150-mz150/unplatform/7/\(Self.name)"
        // 13:05:12 in India.
        #expect(shell("stat -c '%Y %a' '\(tree)/unplatform/user_data/1.json'") == "1540798512 644\n")
        #expect(site.leftovers().isEmpty)
    }

    @Test func `lies the same whether it was unzipped, and in whatever folder it was packed or put`() async throws {
        for name in ["a", "disk/b", "disk/1/c"] {
            site.write(#"{"terminalId": 12}"#, to: "\(name)/unplatform/configuration/config.json")
            site.write("x", to: "\(name)/unplatform/user_data/x.json")
        }
        site.zip("disk/d.zip", "config('12', 'd/'); put('d/unplatform/user_data/x.json', 'x')")
        site.zip("e (1).zip", "config('12', 'e/'); put('e/unplatform/user_data/x.json', 'x')")
        site.zip("f.zip", "config('12', 'other/'); put('other/unplatform/user_data/x.json', 'x')")
        site.write("a note", to: "disk/note.txt")
        site.write("a key", to: "disk/private.key")
        let result = try #require(try await site.collect())
        #expect(result.outcome == .complete)
        #expect(
            try site.paths() == [
                "12/a/unplatform/user_data/x.json", "12/b/unplatform/user_data/x.json",
                "12/c/unplatform/user_data/x.json", "12/d/unplatform/user_data/x.json",
                "12/e (1)/unplatform/user_data/x.json", "12/f/other/unplatform/user_data/x.json",
                "unsorted/disk/note.txt",
            ])
        #expect(result.skipped.map(\.path) == ["unsorted/disk/private.key"])
        let again = try #require(try await site.collect())
        #expect(again.figures.filesRead == 0)
        guard case .unchanged = again.ending else { throw Surprise(again) }
    }

    @Test func `is not opened again while it is unchanged, refused ones neither`() async throws {
        site.zip("a.zip", "config('7'); put('1', 'one')")
        site.zip("b.zip", "put('../1', 'one')")
        let first = try #require(try await site.collect())
        // Who opened them now would find them damaged.
        for name in ["a.zip", "b.zip"] {
            shell("head -c 8 /dev/zero | dd of='\(site.drop)/\(name)' conv=notrunc status=none")
            site.touch(name, at: DropSite.written)
        }
        let second = try #require(try await site.collect())
        #expect(second.figures.filesRead <= 1, "of the one that is kept as it is, staging sees the new ctime")
        #expect(second.shortfalls == first.shortfalls)
        let third = try #require(try await site.collect())
        #expect(third.figures.filesRead == 0)
        #expect(try site.paths() == ["7/a/1", "refused/b.zip"])
    }

    @Test func `is filed once more after a pass that came to nothing`() async throws {
        site.zip("a.zip", "config('7'); put('1', 'one')")
        try await site.collect(isPublished: false)
        #expect(try site.paths().isEmpty)
        #expect(site.leftovers().isEmpty)
        try await site.collect()
        #expect(try site.paths() == ["7/a/1"])
    }

    @Test func `stays when it is taken away, and the next year begins with what still lies there`() async throws {
        site.zip("a.zip", "config('7'); put('1', 'one')")
        site.zip("b.zip", "config('7'); put('1', 'two')")
        try await site.collect()
        site.remove("a.zip")
        let second = try #require(try await site.collect())
        guard case .unchanged = second.ending else { throw Surprise(second) }
        #expect(try site.paths() == ["7/a/1", "7/b/1"])
        site.now += 80 * 86_400
        try await site.collect()
        #expect(try site.paths(year: 2019) == ["7/b/1"])
        #expect(try site.paths(year: 2018) == ["7/a/1", "7/b/1"])
    }

    @Test func `of several lab PCs under one name lies side by side, pass for pass`() async throws {
        site.zip("pcA/x.zip", "config('7'); put('1', 'A')")
        site.zip("pcB/x.zip", "config('7'); put('1', 'B')")
        site.zip("pcC/x.zip", "config('8'); put('1', 'C')")
        try await site.collect()
        let files = try site.files()
        let hash = shell("sha256sum '\(site.drop)/pcB/x.zip'").prefix(8)
        #expect(files["7/x/1"] == "A")
        #expect(files["7/x~\(hash)/1"] == "B")
        #expect(files["8/x/1"] == "C")
        // The first one goes, the second one is copied anew: nothing moves.
        site.remove("pcA")
        site.touch("pcB/x.zip", at: DropSite.written + 60)
        try await site.collect()
        #expect(try site.files() == files)
        // The first one's name comes again with something else.
        site.zip("pcA/x.zip", "config('7'); put('1', 'D')")
        try await site.collect()
        #expect(try site.files().count == files.count + 2)
        #expect(try site.files()["7/x/1"] == "A")
        let unzipped = ["pcD", "pcE"]
        for name in unzipped {
            site.write(#"{"terminalId": "9"}"#, to: "\(name)/y/unplatform/configuration/config.json")
        }
        try await site.collect()
        let places = try site.files().keys.filter { $0.hasPrefix("9/y") }
        #expect(places.count == 2)
        try await site.collect()
        #expect(try site.files().keys.filter { $0.hasPrefix("9/y") } == places)
    }

    @Test func `is taken once, whether it lies there twice or unzipped beside itself`() async throws {
        site.zip("x.zip", "config('7'); put('1', 'A')")
        shell("cp -p '\(site.drop)/x.zip' '\(site.drop)/x - Copy.zip'")
        site.zip("y.zip", "config('7'); put('1', 'B')")
        shell("cd '\(site.drop)' && python3 -m zipfile -e y.zip y && find y -type f -exec touch -d @1540000000 {} +")
        let result = try #require(try await site.collect())
        #expect(try site.paths() == ["7/x - Copy/1", "7/y/1"])
        #expect(result.skipped.map(\.path) == ["x.zip", "y.zip"])
        #expect(result.outcome == .complete)
        let again = try #require(try await site.collect())
        #expect(again.skipped == result.skipped)
        site.write("changed since", to: "y/1")
        site.touch("y.zip", at: DropSite.written + 60)
        try await site.collect()
        #expect(try site.files()["7/y/1"] == "changed since")
        #expect(try site.paths().contains { $0.hasPrefix("7/y~") })
    }

    @Test func `has keys and other programs' state in it that are left out, and listed`() async throws {
        site.zip(
            "x.zip",
            """
            config("7", "webapps/")
            put("keys/localhost.key", "secret")
            put("keys/localhost.txt", "-----BEGIN RSA PRIVATE KEY-----\\nsecret\\n")
            put("keys/localhost.crt", "public")
            put(".git/config", "token")
            put("nested.zip", "not unpacked")
            """)
        let result = try #require(try await site.collect())
        #expect(try site.paths() == ["7/x/keys/localhost.crt", "7/x/nested.zip"])
        #expect(
            result.skipped.map(\.path) == ["7/x/.git", "7/x/keys/localhost.key", "7/x/keys/localhost.txt"])
        #expect(result.outcome == .complete)
    }

    @Test func `waits while it was changed within two minutes, but not for a time that is still to come`() async throws
    {
        site.zip("a.zip", "config('7'); put('1', 'A')", at: site.now - 100)
        site.zip("b.zip", "config('7'); put('1', 'B')", at: site.now + 1000)
        site.zip("c.zip", "config('7'); put('1', 'C')")
        site.write(site.md5("c.zip"), to: "cchecksum.txt", at: site.now - 100)
        site.write("{}", to: "d/unplatform/user_data/1.json", at: site.now - 100)
        site.write("{}", to: "e.txt", at: site.now - 100)
        let first = try #require(try await site.collect())
        #expect(first.outcome == .complete)
        #expect(first.skipped.map(\.path) == ["d", "a.zip", "c.zip", "unsorted/e.txt"])
        #expect(try site.paths() == ["7/b/1"])
        site.now += 30
        try await site.collect()
        #expect(try site.paths().count == 5)
        // Once a folder has its place, only what is new in it waits.
        site.write("{}", to: "d/unplatform/user_data/2.json", at: site.now - 1)
        let third = try #require(try await site.collect())
        #expect(third.skipped.count == 1)
        #expect(third.skipped.first?.path.hasSuffix("/d/unplatform/user_data/2.json") == true)
    }

    @Test func `waits for room on the disk, and says so`() async throws {
        site.zip("a.zip", "config('7'); put('1', 'A' * 9000)")
        site.zip("b.zip", "put('../1', 'B')")
        site.room = 20_000
        let first = try #require(try await site.collect())
        #expect(first.outcome == .partial)
        #expect(first.shortfalls.first?.path == "a.zip")
        #expect(first.shortfalls.first?.reason.contains("waits for room") == true)
        #expect(try site.paths() == ["refused/b.zip"])
        site.room = 40_000
        try await site.collect()
        #expect(try site.paths() == ["7/a/1", "refused/b.zip"])
    }

    @Test func `is unpacked again once the configuration leaves out something else`() async throws {
        site.zip("a.zip", "config('7'); put('1.txt', 'A'); put('2', 'B')")
        site.excluded = ["*.txt"]
        try await site.collect()
        site.excluded = []
        try await site.collect()
        #expect(try site.paths() == ["7/a/1.txt", "7/a/2"])
    }

    @Test func `that is gone from the machine keeps its last generation`() async throws {
        site.zip("a.zip", "config('7'); put('1', 'A')")
        try await site.collect()
        shell("rm -r '\(site.drop)'")
        let result = try #require(try await site.collect())
        guard case .failed = result.ending else { throw Surprise(result) }
        #expect(try site.paths() == ["7/a/1"])
    }

    @Test func `is never read through a symlink`() async throws {
        site.school.root.write("outside", to: "outside/unplatform/user_data/1.json")
        shell("cd '\(site.drop)'; ln -s ../../../outside linked; ln -s ../../../outside/x.zip y.zip")
        let result = try #require(try await site.collect())
        #expect(try site.paths().isEmpty)
        #expect(result.skipped.count == 2)
    }
}

/// What a pass came to, where it should have come to something else.
struct Surprise: Error, CustomStringConvertible {
    let description: String
    init(_ result: CollectionResult) { description = "\(result)" }
}
