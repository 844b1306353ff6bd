import Content
import LevelTree
import Testing
import Wire

@testable import CentralStore

struct HostileManifestTests {
    private let test: TestStore
    private let school: TestSchool

    init() throws {
        test = try TestStore()
        school = try test.school()
    }

    /// An entry as the format has it, without any of the encoder's care.
    private func entry(_ path: String, size: UInt64 = 0, mode: UInt16 = 0o644, chunks: [(ChunkID, Int)] = []) -> [UInt8]
    {
        var bytes: [UInt8] = [1]
        bytes.append(littleEndian: UInt16(path.utf8.count))
        bytes += path.utf8
        bytes.append(littleEndian: size)
        bytes.append(littleEndian: mode)
        bytes.append(0)
        bytes.append(littleEndian: Int64(1_534_400_000))
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: UInt32(chunks.count))
        for chunk in chunks { chunk.0.append(to: &bytes) }
        for chunk in chunks.dropLast() { bytes.append(littleEndian: UInt32(chunk.1)) }
        return bytes
    }

    private func manifest(_ entries: [[UInt8]], count: UInt64? = nil) -> [UInt8] {
        var bytes = Array("CLXM".utf8) + [1] + entries.flatMap { $0 } + [0]
        bytes.append(littleEndian: count ?? UInt64(entries.count))
        return bytes
    }

    private func refusal(_ manifest: [UInt8], _ dataset: String = "rcs-repo", files: Int = 1) throws -> StoreError {
        let request = try school.request(dataset, manifest: manifest, files: files, bytes: 0)
        let before = try test.dump()
        let error = try expectRefusal(.manifestInvalid) { _ = try test.store.commit(request, from: school.me) }
        #expect(try test.dump() == before)
        return error
    }

    @Test(
        "paths that could lead out of the dataset are refused, with the path",
        arguments: [
            "../x", "/etc/passwd", "a/../../b", "a//b", "a/", ".", "..", "a/./b", "a\u{0}b", "",
        ])
    func paths(_ path: String) throws {
        let error = try refusal(manifest([entry(path)]))
        #expect(error.message.contains("path"))
    }

    @Test("names and paths that no filesystem takes are refused")
    func longPaths() throws {
        _ = try refusal(manifest([entry(String(repeating: "a", count: 256))]))
        let deep = [String](repeating: String(repeating: "d", count: 200), count: 20).joined(separator: "/")
        #expect(deep.utf8.count < 4096)
        // It fits by itself, but not below the dataset's folder.
        let fitting = deep + "/" + String(repeating: "e", count: 4090 - deep.utf8.count - 1)
        _ = try refusal(manifest([entry(fitting)]))
    }

    @Test(
        "duplicate, unsorted and nested paths are refused",
        arguments: [
            ["a", "a"], ["b", "a"], ["a", "a/b"], ["a-b", "a/b"], ["a/b", "a"],
        ])
    func order(_ paths: [String]) throws {
        _ = try refusal(manifest(paths.map { entry($0) }), files: paths.count)
    }

    @Test("a set-user-id bit is refused")
    func modes() throws { _ = try refusal(manifest([entry("a", mode: 0o4755)])) }

    @Test("a cut, lengthened or miscounted manifest is refused")
    func cut() throws {
        let whole = manifest([entry("a"), entry("b")])
        for length in [0, 4, 5, 20, whole.count - 1] where length > 0 {
            _ = try refusal(Array(whole[..<length]), files: 2)
        }
        _ = try refusal(whole + [0], files: 2)
        _ = try refusal(manifest([entry("a")], count: 2))
        _ = try refusal(Array("CLXM".utf8) + [2])
        _ = try refusal(noise(5000))
    }

    @Test("chunk lengths that lie are refused")
    func lengths() throws {
        let content = noise(1000)
        try school.send([content])
        let id = ChunkID(hashing: content)
        // The format derives the last length from the size, so a wrong size is a wrong length of a real chunk.
        let error = try refusal(manifest([entry("a", size: 999, chunks: [(id, 999)])]))
        #expect(error.message.contains("1000"))
        _ = try refusal(manifest([entry("a", size: 2000, chunks: [(id, 1000), (id, 1001)])]))
        _ = try refusal(manifest([entry("a", size: 5 << 20, chunks: [(id, 1000)])]))
        _ = try refusal(manifest([entry("a", size: 1000)]))
    }

    @Test("an entry that tells of millions of chunks is refused without reading on")
    func hugeEntry() throws {
        let test = try TestStore { $0.manifestEntryBytes = 20_000 }
        let school = try test.school()
        let chunks = (0..<1000).map { (ChunkID(hashing: [UInt8($0 & 255)]), 10) }
        let bytes = manifest([entry("a", size: 10_000, chunks: chunks)])
        let request = try school.request("rcs-repo", manifest: bytes, files: 1, bytes: 10_000)
        try expectRefusal(.manifestInvalid) { _ = try test.store.commit(request, from: school.me) }
    }

    @Test("datasets of single files take only their own names")
    func names() throws {
        _ = try refusal(manifest([entry("server_settings.py.bak")]), "server_settings.py")
        _ = try refusal(manifest([entry("db")]), "git-commit.log")
        try school.commit("git-commit.log", ["git-commit.log": "a", "git-commit-details.log": "b"])
        try school.commit("qbank_data.tar.gz", ["qbank_data.tar.gz": "c"])
    }

    @Test("a manifest that does not hold what the commit tells is refused")
    func totals() throws {
        for (files, bytes): (UInt64, UInt64) in [(2, 3), (1, 4), (0, 0)] {
            var request = try school.request("rcs-repo", [school.entry("a", [1, 2, 3])])
            request.files = files
            request.bytes = bytes
            try expectRefusal(.manifestInvalid) { _ = try test.store.commit(request, from: school.me) }
        }
    }

    @Test("names that are legal though strange are taken as they are")
    func strange() throws {
        let names = ["-leading", "a b", "a,b", "it's", "new\nline", "\u{1b}[31m", "ö", "a\\b", ".hidden", "..."]
        try school.commit("media", entries: names.map { try school.entry($0, [7]) })
        let raw = try RelativePath([0xff, 0xfe])
        var entry = try school.entry("x", [7])
        entry.path = raw
        try school.commit("media", entries: [entry])
        #expect(try school.files("media").count == 1)
    }
}
