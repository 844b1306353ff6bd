import Glibc
import LevelTree
import Synchronization
import Testing

@testable import Staging

@Suite("A file that is asked whether it is whole before it is taken")
struct FaultyFilesTests {
    let site: Site
    private let asked = Asked()

    init() throws { site = try Site() }

    /// Remembers each content that was asked for.
    private final class Asked: Sendable {
        private let contents = Mutex<[String]>([])

        func note(_ content: String) { contents.withLock { $0.append(content) } }

        /// What was asked for since the last call.
        func taken() -> [String] {
            contents.withLock { contents in
                defer { contents = [] }
                return contents.sorted()
            }
        }
    }

    /// Whole is what ends with a full stop.
    private func folder(meanwhile: @escaping @Sendable (String) -> Void = { _ in }) -> Gathering {
        var gathering = site.folder
        let asked = asked
        gathering.fault = { _, file in
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = read(file, &bytes, bytes.count)
            let content = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            asked.note(content)
            meanwhile(content)
            return content.hasSuffix(".") ? nil : "is cut"
        }
        return gathering
    }

    @Test(arguments: [Dataset.mirror, .accumulating, .byReference])
    func `is asked once for each state, and not at all while it is as it was`(dataset: Dataset) throws {
        try site.put("a", "one.")
        try site.put("b", "two.")
        let staging = try site.open()
        let first = try #require(try site.collect(staging, dataset, folder()).published)
        #expect(first.outcome == .complete)
        #expect(asked.taken() == ["one.", "two."])
        #expect(try staging.content("a", of: first) == Array("one.".utf8))
        for _ in 0..<2 {
            let again = try site.collect(staging, dataset, folder())
            #expect(again.unchanged == first)
            #expect(again.figures.filesRead == 0)
            #expect(asked.taken().isEmpty)
        }
        try site.put("a", "one more.", seconds: 1_530_000_001)
        let second = try #require(try site.collect(staging, dataset, folder()).published)
        #expect(asked.taken() == ["one more."])
        #expect(try staging.content("a", of: second) == Array("one more.".utf8))
    }

    @Test func `is missed in a state that is not whole, and its last good one stands until there is another`() throws {
        try site.put("a", "one.")
        try site.put("b", "two.")
        let staging = try site.open()
        try site.collect(staging, .mirror, folder())
        try site.put("a", "one mo", seconds: 1_530_000_001)
        try site.put("c", "new and cu")
        for _ in 0..<2 {
            let result = try site.collect(staging, .mirror, folder())
            #expect(result.outcome == .partial)
            #expect(
                result.shortfalls
                    == ["a", "c"].map { Shortfall(path: $0, reason: "is cut, as after a power cut") })
            #expect(try site.tree() == ["a": "one.", "b": "two."])
        }
        let stale = try #require(try staging.currentGenerations().first)
        #expect(try staging.entries(of: stale).map(\.entry.isStale) == [true, false])
        try site.put("a", "one more.", seconds: 1_530_000_002)
        try site.remove("c")
        #expect(try site.collect(staging, .mirror, folder()).outcome == .complete)
        #expect(try site.tree() == ["a": "one more.", "b": "two."])
    }

    @Test func `is asked anew where it was written to while it was looked into`() throws {
        try site.put("a", "hal")
        let path = site.source + "/a"
        let gathering = folder { content in
            guard content == "hal", let file = Descriptor.opening(CName(path), O_WRONLY | O_APPEND) else { return }
            #expect(write(file.number, "f of it.", 8) == 8)
        }
        #expect(try site.collect(site.open(), .mirror, gathering).published?.outcome == .complete)
        #expect(asked.taken() == ["hal", "half of it."])
        #expect(try site.tree() == ["a": "half of it."])
    }
}
