import LevelTree
import Testing

@testable import Content

@Suite("Manifests")
struct ManifestTests {
    private func entry(_ path: String, _ size: Int = 3, mode: UInt16 = 0o640) throws -> ManifestEntry {
        let chunks = size == 0 ? [] : [ChunkReference(id: ChunkID(hashing: Array(path.utf8)), length: size)]
        return ManifestEntry(
            path: try RelativePath(path), size: UInt64(size), mode: mode,
            modified: FileTime(seconds: -5, nanoseconds: 999_999_999), isStale: size == 7, chunks: chunks)
    }

    private func encode(_ entries: [ManifestEntry]) throws -> [UInt8] {
        var encoder = ManifestEncoder()
        for entry in entries { try encoder.append(entry) }
        encoder.finish()
        return encoder.takeBytes()
    }

    private func decode(_ bytes: [UInt8], parts: Int = 50) throws -> [ManifestEntry] {
        var decoder = ManifestDecoder()
        var entries: [ManifestEntry] = []
        for start in stride(from: 0, to: bytes.count, by: parts) {
            decoder.feed(Array(bytes[start..<min(start + parts, bytes.count)]))
            while let entry = try decoder.next() { entries.append(entry) }
        }
        try decoder.finish()
        return entries
    }

    private var sample: [ManifestEntry] {
        get throws {
            var many = try entry("m", 0)
            many.chunks = [(1, 5000), (2, 1), (3, 70000)].map {
                ChunkReference(id: ChunkID(hashing: [$0.0]), length: $0.1)
            }
            many.size = 75001
            return [try entry("-a", 0), try entry("a/b,v", 7), many, try entry("z\nz", 2 << 20)]
        }
    }

    @Test("what was written is read, in parts of any size", arguments: [1, 2, 31, 64, 100_000])
    func roundTrip(_ parts: Int) throws {
        #expect(try decode(encode(sample), parts: parts) == sample)
        #expect(try decode(encode([]), parts: parts).isEmpty)
    }

    @Test("a manifest that is cut anywhere, or goes on, is refused")
    func cut() throws {
        let bytes = try encode(sample)
        for end in 0..<bytes.count {
            #expect(throws: (any Error).self) { try decode(Array(bytes[..<end])) }
        }
        #expect(throws: ContentProblem.self) { try decode(bytes + [0]) }
    }

    @Test("a manifest with any byte changed is refused or says something else")
    func flipped() throws {
        let bytes = try encode(sample)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x55
            if let entries = try? decode(changed) { #expect(try entries != sample, "byte \(position)") }
        }
    }

    @Test("unsorted, repeated and nested files are refused by both sides")
    func order() throws {
        for paths in [["b", "a"], ["a", "a"], ["a", "a/b"], ["a!", "a/b"]] {
            #expect(throws: ContentProblem.self, "\(paths)") { try encode(paths.map { try entry($0) }) }
        }
        let good = try encode([entry("aa"), entry("bb")])
        let swapped =
            good[..<5] + good[5...].dropLast(9).suffix((good.count - 14) / 2)
            + good[5...].prefix((good.count - 14) / 2) + good.suffix(9)
        let problem = #expect(throws: ContentProblem.self) { try decode(Array(swapped)) }
        #expect(problem?.code == .unsortedManifest)
    }

    @Test("hostile paths are refused", arguments: ["../x", "/etc/p", "a//bb", "aa/..", "a\u{0}bcd"])
    func hostile(_ path: String) throws {
        // Written around the encoder, which takes safe paths only: the bytes of a good path are replaced.
        var bytes = try encode([entry(String(repeating: "x", count: path.utf8.count))])
        bytes.replaceSubrange(8..<8 + path.utf8.count, with: Array(path.utf8))
        #expect(throws: PathProblem.self) { try decode(bytes) }
    }

    @Test("chunks that do not add up, and mode bits beyond 0777, are refused")
    func sums() throws {
        var wrong = try entry("a")
        wrong.size = 4
        #expect(throws: ContentProblem.self) { try encode([wrong]) }
        #expect(throws: ContentProblem.self) { try encode([entry("a", mode: 0o4755)]) }
        var setuid = try encode([entry("a")])
        setuid[8 + 1 + 8 + 1] |= 0x08
        #expect(throws: ContentProblem.self) { try decode(setuid) }
    }

    @Test("a told count of chunks costs no memory unless the chunks are there")
    func bomb() throws {
        var bytes = try encode([entry("a")])
        let count = 8 + 1 + 8 + 2 + 1 + 8 + 4
        bytes.replaceSubrange(count..<count + 4, with: [0xff, 0xff, 0xff, 0xff])
        #expect(throws: ContentProblem.self) { try decode(bytes) }
    }

    @Test("version 1 is written as it always was")
    func golden() throws {
        let id = ChunkID(hashing: try encode(sample)).hex
        #expect(id == "f91208a4098d71d2bef91a3c6d78fb19761faf34da65fca21feef5591ea6f5c2")
    }
}
