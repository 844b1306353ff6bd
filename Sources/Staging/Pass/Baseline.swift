import Content
import Glibc
import LevelTree

/// The generation that a pass compares the source with, and takes unchanged content from.
final class Baseline {
    let row: GenerationRow
    /// Stands at the first record whose path was not passed yet.
    let entries: EntryListReader
    /// The folder of its staged copies; nil for a set taken by reference.
    let root: Descriptor?
    /// Whether it is of the year that is collected. One of an earlier year only spares reading: nothing is carried over.
    let isSameYear: Bool

    init(row: GenerationRow, entries: EntryListReader, root: Descriptor?, isSameYear: Bool) {
        self.row = row
        self.entries = entries
        self.root = root
        self.isSameYear = isSameYear
    }

    /// Whether the current record may stand for a file without reading it.
    var isTrusted: Bool { !row.isDistrusted }

    func contentGone() -> StagingError {
        StagingError(
            .damaged, "staged content of generation \(row.sequence) (\(row.generation.dataset)) is gone from the disk")
    }

    /// Reads the staged copy of the current record again: whether it still is what was hashed.
    func isStagedCopyWhole(_ intake: ContentIntake) -> Bool {
        guard let root,
            let copy = Descriptor.opening(CName(entries.path), in: root.number, O_RDONLY | O_NOFOLLOW),
            let count = try? intake.take(copy, size: entries.record.stamp.size, into: nil),
            count == entries.record.stamp.size
        else { return false }
        return hasChunks(intake.chunks)
    }

    /// Whether the current record's content is this.
    func hasChunks(_ chunks: [UInt8]) -> Bool {
        entries.withChunks { $0.elementsEqual(chunks) }
    }

    /// Whether the new content begins with the current record's whole content, as a log does that grew.
    ///
    /// A JSON array may have lost its closing bracket: gStudio's tool logs grow by being read and written again with one
    /// more element (gnowledge/gstudio, ndf/views/tools.py).
    ///
    /// - Parameters:
    ///   - copy: the staged copy of the new content.
    ///   - chunks: its chunks.
    func isBeginning(of copy: Descriptor, _ chunks: [UInt8]) -> Bool {
        let old = entries.withChunks { Array($0) }
        let size = Int(entries.record.stamp.size)
        guard !old.isEmpty else { return true }
        // All but the last chunk must be the same; the last one may have become part of a longer chunk.
        let shared = old.count - EntryFormat.chunkLength
        guard chunks.count >= shared, chunks[..<shared].elementsEqual(old[..<shared]) else { return false }
        let length = old.suffix(4).withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        guard let root, let before = Descriptor.opening(CName(entries.path), in: root.number, O_RDONLY | O_NOFOLLOW),
            let last = readExactly(before, at: size - length, length)
        else { return false }
        let tail = Baseline.withoutClosingBracket(last)
        return readExactly(copy, at: size - length, tail.count).map { $0.elementsEqual(tail) } ?? false
    }

    private static func withoutClosingBracket(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            let end = bytes.lastIndex { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }.map { $0 + 1 } ?? bytes.startIndex
            return bytes[..<end]
        }
        let text = trimmed(bytes[...])
        return text.last == UInt8(ascii: "]") ? trimmed(text.dropLast()) : bytes[...]
    }
}
