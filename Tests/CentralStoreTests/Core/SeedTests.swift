import Content
import Glibc
import LevelTree
import Testing
import Wire

@testable import CentralStore

struct SeedTests {
    private let test: TestStore

    init() throws {
        test = try TestStore()
        for folder in ["image", "image/media", "image/media/a", "image/rcs-repo"] { try test.folder.makeFolder(folder) }
        try test.folder.write(noise(300_000), to: "image/media/a/film.mp4")
        try test.folder.write([UInt8](repeating: 65, count: 200_000), to: "image/rcs-repo/x,v")
        try test.folder.write([], to: "image/media/empty")
        try test.folder.write(noise(300_000), to: "image/media/same.mp4")
    }

    private func cut(_ content: [UInt8]) -> [ChunkID] {
        var ids: [ChunkID] = []
        var chunker = Chunker()
        content.withUnsafeBytes { bytes in chunker.append(bytes) { ids.append(ChunkID(hashing: $0)) } }
        chunker.finish { ids.append(ChunkID(hashing: $0)) }
        return ids
    }

    @Test("what a pristine image holds need not be sent by any school, early or late")
    func covers() throws {
        let early = try test.school()
        var last: (UInt64, UInt64) = (0, 0)
        let summary = try test.store.seed(test.folder.path("image"), name: "image 2018") { last = ($0, $1) }
        #expect((summary.files, summary.bytes) == (4, 800_000))
        #expect(last == (4, 800_000))
        #expect(summary.newChunks == summary.chunks)
        let late = try test.school("rj280", "3099280")
        let ids = cut(noise(300_000)) + cut([UInt8](repeating: 65, count: 200_000))
        for school in [early, late] {
            let bitmap = try test.store.missing(ids: ids, for: school.me)
            #expect(bitmap == MissingBitmap(count: ids.count))
        }
        #expect(try test.store.status().commonChunks == Int(summary.chunks))
    }

    @Test("the same seed again changes nothing but the note of it")
    func again() throws {
        _ = try test.store.seed(test.folder.path("image"), name: "one")
        let before = try test.dump().filter { !$0.hasPrefix("seed") && !$0.hasPrefix("position") }
        let summary = try test.store.seed(test.folder.path("image/"), name: "two")
        #expect((summary.chunks, summary.newChunks) == (0, 0))
        #expect(summary.files == 4)
        #expect(try test.dump().filter { !$0.hasPrefix("seed") && !$0.hasPrefix("position") } == before)
    }

    @Test("what a school brought before becomes common without being stored again")
    func broughtBefore() throws {
        let school = try test.school()
        let other = try test.school("rj280", "3099280")
        let content = [UInt8](repeating: 65, count: 200_000)
        let ids = cut(content)
        // As the chunker cuts it.
        var chunks: [[UInt8]] = []
        var chunker = Chunker()
        content.withUnsafeBytes { bytes in chunker.append(bytes) { chunks.append(Array($0)) } }
        chunker.finish { chunks.append(Array($0)) }
        try school.send(chunks)
        #expect(try test.store.missing(ids: ids, for: other.me)[0])
        let summary = try test.store.seed(test.folder.path("image/rcs-repo"), name: "image")
        #expect(summary.newChunks == 0)
        #expect(summary.chunks > 0)
        #expect(try test.store.missing(ids: ids, for: other.me) == MissingBitmap(count: ids.count))
    }

    @Test("links and special files are left out and listed, names may be anything")
    func leftOut() throws {
        try #require(symlink("/etc/passwd", test.folder.path("image/link")) == 0)
        try #require(symlink("/etc", test.folder.path("image/folderlink")) == 0)
        try #require(mkfifo(test.folder.path("image/fifo"), 0o600) == 0)
        let strange = test.folder.path("image/").utf8CString.dropLast() + [CChar(bitPattern: 0xff), 10, 0]
        let file = Glibc.open(Array(strange), O_CREAT | O_WRONLY, 0o600)
        try #require(file >= 0)
        Glibc.close(file)
        let summary = try test.store.seed(test.folder.path("image"), name: "image")
        #expect(summary.files == 5)
        #expect(Set(summary.skipped.map(\.path)) == ["link", "folderlink", "fifo"])
        #expect(try #require(summary.skipped.first { $0.path == "link" }).reason == "is a symbolic link")
    }

    @Test("a folder that is not there, and a name that is none, are refused")
    func refused() throws {
        try expectRefusal(.storage) { _ = try test.store.seed(test.folder.path("nowhere"), name: "x") }
        try expectRefusal(.unusable) { _ = try test.store.seed(test.folder.path("image"), name: "") }
        try expectRefusal(.unusable) {
            _ = try test.store.seed(test.folder.path("image"), name: String(repeating: "x", count: 201))
        }
        #expect(try test.store.status().commonChunks == 0)
    }
}
