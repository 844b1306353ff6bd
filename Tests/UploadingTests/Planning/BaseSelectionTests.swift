import Content
import Testing

@testable import Uploading

struct BaseSelectionTests {
    /// What happened to a file: a letter is a chunk of the mean length, and a capital one is new.
    struct Case: CustomStringConvertible {
        let description: String
        let old: String
        let new: String
        /// For each chunk that is new, what it leans on, in order.
        let bases: [String]
    }

    static let cases = [
        Case(description: "grown at its end", old: "abcd", new: "abcXY", bases: ["d", "d"]),
        Case(description: "grown exactly after a cut", old: "abcd", new: "abcdX", bases: [""]),
        Case(description: "updated in place", old: "abcd", new: "aXcd", bases: ["b"]),
        Case(description: "its beginning changed", old: "abcd", new: "Xbcd", bases: ["a"]),
        Case(description: "shifted by an insertion", old: "abcd", new: "abXYd", bases: ["c", "c"]),
        Case(description: "a piece taken out of its middle", old: "abcdefgh", new: "aXh", bases: ["bcfg"]),
        Case(description: "truncated", old: "abcdefgh", new: "abcX", bases: ["degh"]),
        Case(description: "its head cut off", old: "abcdefgh", new: "Xgh", bases: ["abef"]),
        Case(description: "many edits", old: "abcdefghi", new: "aXcYeZgQi", bases: ["b", "d", "f", "h"]),
        Case(
            description: "rewritten whole, and as long", old: "abcdefgh", new: "ABCDEFGH",
            bases: ["ab", "abc", "bcd", "cde", "def", "efg", "fgh", "gh"]),
        Case(
            description: "rewritten whole, and longer", old: "ab", new: "ABCDE",
            bases: ["ab", "ab", "ab", "ab", "ab"]),
        Case(description: "moved to its end", old: "abcdef", new: "aXdefbc", bases: [""]),
        Case(description: "moved, and changed at the seam", old: "abcdef", new: "adefbX", bases: ["c"]),
        Case(description: "the same content in many places", old: "zzazz", new: "zzXzz", bases: ["a"]),
        Case(description: "unchanged", old: "abc", new: "abc", bases: []),
        Case(description: "emptied and filled anew", old: "", new: "XY", bases: ["", ""]),
        Case(description: "of one small chunk", old: "a", new: "X", bases: ["a"]),
    ]

    @Test(arguments: cases)
    func `a chunk that is new leans on what stood where it stands`(_ example: Case) {
        let old = BaseSelectionTests.chunks(example.old)
        let selection = BaseSelection(old: old, new: BaseSelectionTests.chunks(example.new))
        let isNew = example.new.map { !example.old.contains($0) }
        let bases = isNew.indices.filter { isNew[$0] }.map { selection.chunks(for: $0) }
        let names = Array(example.old)
        #expect(bases.map { String($0.map { names[$0] }) } == example.bases)
        for index in isNew.indices where !isNew[index] { #expect(selection.chunks(for: index) == []) }
    }

    @Test func `what drifts by less than a chunk is still found, however long the file`() {
        // Every chunk is rewritten, each a little longer at first and a little shorter later.
        let old = (0..<4000).map { BaseSelectionTests.chunk("old \($0)", 30_000) }
        let new = (0..<4000).map { BaseSelectionTests.chunk("new \($0)", $0 < 2000 ? 30_010 : 29_990) }
        let selection = BaseSelection(old: old, new: new)
        for index in new.indices {
            let base = selection.chunks(for: index)
            #expect(base.contains(index))
            #expect(base.count <= 5)
        }
    }

    @Test func `a large gap is not named as a whole`() {
        let old = BaseSelectionTests.chunks("a") + (0..<2000).map { BaseSelectionTests.chunk("\($0)", 32 << 10) }
        let new = BaseSelectionTests.chunks("aX")
        #expect(BaseSelection(old: old, new: new).chunks(for: 1).count <= 6)
    }

    @Test func `many runs beside one fixed point and a large gap take no time`() {
        let gap = (0..<20_000).map { BaseSelectionTests.chunk("\($0)", 32 << 10) }
        let old = BaseSelectionTests.chunks("z") + gap
        let new = (0..<20_000).flatMap {
            BaseSelectionTests.chunks("z") + [BaseSelectionTests.chunk("new \($0)", 9000)]
        }
        let selection = BaseSelection(old: old, new: new)
        #expect(selection.chunks(for: 1).first == 1)
    }

    private static func chunks(_ letters: String) -> [ChunkReference] {
        letters.map { chunk(String($0), ContentClass.ordinary.mean) }
    }

    private static func chunk(_ name: String, _ length: Int) -> ChunkReference {
        ChunkReference(id: ChunkID(hashing: Array(name.utf8)), length: length)
    }
}
