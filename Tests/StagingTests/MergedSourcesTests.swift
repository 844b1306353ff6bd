import LevelTree
import Testing

@testable import Staging

@Suite("Parts of a gathering are merged")
struct MergedSourcesTests {
    /// Files of one part, each with the part's number as its reason.
    private final class Files: SourceStream {
        private var rest: ArraySlice<String>
        private let part: Int

        init(_ paths: [String], part: Int) {
            rest = paths.sorted { comparePaths(Array($0.utf8), Array($1.utf8)) < 0 }[...]
            self.part = part
        }

        var path: [UInt8] { rest.first.map { Array($0.utf8) } ?? [] }
        var item: SourceItem? { rest.isEmpty ? nil : .skipped(reason: "\(part)") }
        func advance() { rest = rest.dropFirst() }
        func open() -> Descriptor? { nil }
    }

    @Test(arguments: [0, 1, 2, 3, 40])
    func `in manifest order, each path once, from the first part that has it`(count: Int) {
        var state: UInt64 = 88_172_645_463_325_252
        func roll(_ sides: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state >> 33) % sides
        }
        let names = ["a", "a-b", "a/b", "a/c", "a.b", "b", "b/a/a", "b/a!", "c", "d/e", "f"]
        for _ in 0..<50 {
            let parts = (0..<count).map { _ in names.filter { _ in roll(4) == 0 } }
            var expected: [String: Int] = [:]
            for (number, part) in parts.enumerated() {
                for path in part where expected[path] == nil { expected[path] = number }
            }
            let merged = MergedSources(parts.enumerated().map { Files($0.element, part: $0.offset) })
            var found: [(path: [UInt8], part: Int)] = []
            while case .skipped(let reason)? = merged.item {
                #expect(reason == "\(merged.part)")
                found.append((merged.path, merged.part))
                merged.advance()
            }
            #expect(zip(found, found.dropFirst()).allSatisfy { comparePaths($0.path, $1.path) < 0 })
            #expect(found.count == expected.count)
            #expect(found.allSatisfy { expected[String(decoding: $0.path, as: UTF8.self)] == $0.part })
        }
    }
}
