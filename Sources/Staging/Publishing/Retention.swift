import LevelTree

/// Decides which generations of one dataset are let go. Pure.
///
/// Kept are: the current one of each year; the last acknowledged one of each year, the base for deltas; one whose commit
/// is in doubt; and what was never sent, unless a later generation may stand in for it:
///
/// - of a mirror, a later *complete* one. A partial one may not, but where there never is anything else
///   (`sourceIsPartial`), and where a set is taken by reference: there the source has moved on, and nothing of the
///   earlier state is held here.
/// - of an accumulating dataset, the next one, which carries everything forward; unless a file in it was rewritten in
///   place (`mustBeSent`).
///
/// A held generation stands in for none whose year is known.
///
/// A year is closed when a later year has a generation and the year's own last one was acknowledged.
enum Retention {
    static func released(of rows: [GenerationRow], inDoubt: Set<UInt64>) -> [UInt64] {
        let rows = rows.filter { !$0.isDropped }
        let newestYear = rows.filter(\.isCurrent).map(\.generation.year).max()
        return rows.filter { row in
            if inDoubt.contains(row.sequence) { return false }
            let sameYear = rows.filter { $0.generation.year == row.generation.year }
            let isClosed = newestYear.map { row.generation.year < $0 } ?? false
            if isClosed, sameYear.allSatisfy({ $0.generation.state == .acknowledged && !inDoubt.contains($0.sequence) })
            {
                return true
            }
            guard !row.isCurrent else { return false }
            let later = sameYear.filter { $0.sequence > row.sequence && isAlike($0, row) }
            switch row.generation.state {
            case .acknowledged: return later.contains { $0.generation.state == .acknowledged }
            case .pending: return isReplaced(row, by: later)
            }
        }.map(\.sequence)
    }

    // MARK: Where room is scarce

    /// What is kept only as a base for deltas: acknowledged, and another stands in the tree. Not where something of the
    /// dataset is held: if that turns out to be another year's, the base stands again.
    static func bases(of rows: [GenerationRow]) -> [GenerationRow] {
        let rows = rows.filter { !$0.isDropped }
        let held = Set(rows.filter { $0.generation.held != nil }.map(\.generation.dataset))
        return rows.filter {
            !$0.isCurrent && $0.generation.state == .acknowledged && !held.contains($0.generation.dataset)
        }
    }

    /// Which bases go so that enough is freed: the largest first, as the fewest datasets then lose theirs. None where all of
    /// them are not enough: that would help nobody.
    /// - Parameter bases: sequences, with what each frees.
    static func thinned(_ bases: [(sequence: UInt64, bytes: UInt64)], freeing needed: UInt64) -> [UInt64] {
        var (freed, thinned): (UInt64, [UInt64]) = (0, [])
        for base in bases.sorted(by: { ($1.bytes, $0.sequence) < ($0.bytes, $1.sequence) }) {
            guard freed < needed, base.bytes > 0 else { break }
            freed += base.bytes
            thinned.append(base.sequence)
        }
        return freed < needed ? [] : thinned
    }

    // MARK: -

    /// What is held may turn out to be another year's: it stands in only for what was held before it in the same boot.
    private static func isAlike(_ later: GenerationRow, _ row: GenerationRow) -> Bool {
        later.generation.held?.bootID == row.generation.held?.bootID
    }

    private static func isReplaced(_ row: GenerationRow, by later: [GenerationRow]) -> Bool {
        guard !later.isEmpty else { return false }
        switch row.generation.dataset.kind {
        case .accumulate: return !row.mustBeSent
        case .mirror:
            return row.generation.isByReference || row.generation.sourceIsPartial
                || later.contains { $0.generation.outcome == .complete }
        }
    }
}
