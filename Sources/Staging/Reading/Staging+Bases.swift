import Glibc
import LevelTree

/// What stands at one path of a generation beside an earlier one.
public enum EntryStep: Sendable {
    /// The same content as before.
    case unchanged(StagedEntry)
    /// Other content than `former` had at this path.
    case changed(StagedEntry, former: StagedEntry)
    /// Nothing stood at this path.
    case new(StagedEntry)
    /// Of the former generation: nothing stands at this path any more. Never told of what follows the last entry.
    case gone(StagedEntry)
}

extension Staging {
    /// The generation's files, streamed in manifest order, each beside what `former` had at its path.
    ///
    /// What is wrong with the former list, its being gone included, only ends the comparison: what follows is then told to
    /// be new.
    /// - Throws: as `forEachEntry(of:)` does.
    public func forEachEntry(
        of generation: Generation, beside former: Generation?, _ body: (EntryStep) throws -> Void
    ) throws {
        let list = try entryList(of: generation.sequence)
        let before = FormerList(former.flatMap { try? entryList(of: $0.sequence) })
        while list.hasRecord {
            while let gone = before.entry(before: list.path) { try body(.gone(gone)) }
            try body(before.step(to: try list.stagedEntry(), of: list))
            try list.advance()
        }
    }
}

/// The other list of such a walk.
private final class FormerList {
    private var list: EntryListReader?

    init(_ list: EntryListReader?) { self.list = list }

    /// The next record, if its path comes before this one.
    func entry(before path: [UInt8]) -> StagedEntry? {
        guard let list, list.hasRecord, comparePaths(list.path, path) < 0 else { return nil }
        defer { advance() }
        return try? list.stagedEntry()
    }

    /// - Parameter newer: stands at `entry`.
    func step(to entry: StagedEntry, of newer: EntryListReader) -> EntryStep {
        guard let list, list.hasRecord, comparePaths(list.path, newer.path) == 0 else { return .new(entry) }
        defer { advance() }
        if list.withChunks({ old in newer.withChunks { isEqual(old, $0) } }) { return .unchanged(entry) }
        return (try? list.stagedEntry()).map { .changed(entry, former: $0) } ?? .new(entry)
    }

    private func advance() {
        do { try list?.advance() } catch { list = nil }
    }
}

private func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count, let first = left.baseAddress, let second = right.baseAddress else {
        return left.count == right.count
    }
    return memcmp(first, second, left.count) == 0
}
