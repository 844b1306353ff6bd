import GRDB
import LevelTree

extension Staging {
    /// Generations whose year is not known, by sequence.
    /// - Throws: `StagingError` if the database cannot be read.
    public func heldGenerations() throws -> [Generation] {
        try read { try GenerationTable.held($0) }.map(\.generation)
    }

    /// Files held generations under their years: then they are sent like any other.
    ///
    /// One that belongs where it was kept is only told so. One of another year is made anew there, from what is staged,
    /// and what it had stood before stands again in the year before; of what accumulates, only what came or changed goes
    /// along, unless a collector remembers what is staged. Of what is taken once, in whatever year, a file that grew takes
    /// along what came to it. Each is one transaction: a crash leaves it held, or filed.
    ///
    /// Each is filed by itself: one that cannot be holds up no other dataset. A damaged one is marked, so that the next
    /// pass reads everything anew: where it was kept in its year it is filed as it lies, else it stays held. What there
    /// is no room for stays held, with what came after it; the budget and the reserve are no bounds here, as moving
    /// needs next to no room, and what is held can never be sent to make some.
    ///
    /// Waits for a pass that runs. Filing what is not held any more does nothing.
    ///
    /// - Parameters:
    ///   - takenOnce: accumulating datasets whose collector's memory goes on over New Year: each line is in one year alone.
    ///   - renaming: of what accumulates: the name of a file whose date is known now; nil where it stays.
    /// - Returns: what is wrong with those that were not filed as they should have been.
    /// - Throws: `StagingError` if the database cannot be used; what was not reached stays held.
    @discardableResult
    public func file(
        _ filings: [Filing], takenOnce: Set<Dataset> = [],
        renaming: (Dataset, RelativePath) -> RelativePath? = { _, _ in nil }
    ) throws -> [StagingError] {
        guard !filings.isEmpty else { return [] }
        return try passing.withLock { _ in
            var problems: [StagingError] = []
            var waiting: Set<Dataset> = []
            // Of before: the first that is moved takes the memory to its year.
            let remembered = try rememberedYears(of: filings)
            for filing in filings.sorted(by: { $0.sequence < $1.sequence }) {
                guard let row = try read({ try GenerationTable.row(filing.sequence, $0) }), !row.isDropped,
                    row.generation.held != nil, !waiting.contains(row.generation.dataset)
                else { continue }
                do {
                    let dataset = row.generation.dataset
                    let refiling = Refiling(
                        staging: self, row: row, filing: filing, names: try newNames(of: row, renaming),
                        goesWithMemory: remembered[dataset] == row.generation.year,
                        isTakenOnce: takenOnce.contains(dataset))
                    try file(refiling)
                } catch let error as StagingError where error.code == .damaged {
                    problems.append(try distrust(row, filing, error))
                } catch let error as StagingError {
                    waiting.insert(row.generation.dataset)
                    problems.append(row.notFiled(filing, error))
                }
            }
            return problems
        }
    }

    private func rememberedYears(of filings: [Filing]) throws -> [Dataset: Year] {
        var years: [Dataset: Year] = [:]
        for filing in filings {
            guard let dataset = try generation(filing.sequence)?.dataset else { continue }
            years[dataset] = try memory(of: dataset)?.year
        }
        return years
    }

    private func file(_ refiling: Refiling) throws {
        if refiling.isNeeded { try refiling.run() } else { try settle(refiling.row, refiling.filing) }
        try arrange(refiling.row.generation.dataset)
    }

    /// Marks a damaged one, and files it as it lies if that is in its year.
    private func distrust(_ row: GenerationRow, _ filing: Filing, _ error: StagingError) throws -> StagingError {
        let isInItsYear = row.generation.year == filing.year
        try write { database in
            try GenerationTable.setFlag("is_distrusted", of: row.sequence, to: true, database)
            if isInItsYear { try GenerationTable.settle(row.sequence, filing, database) }
        }
        return isInItsYear ? row.filedAsItLies(filing, error) : row.notFiled(filing, error)
    }

    private func settle(_ row: GenerationRow, _ filing: Filing) throws {
        try write { database in
            try GenerationTable.settle(row.sequence, filing, database)
            try releaseGenerations(of: row.generation.dataset, database)
        }
    }

    private func newNames(
        of row: GenerationRow, _ renaming: (Dataset, RelativePath) -> RelativePath?
    ) throws -> [[UInt8]: [UInt8]] {
        var names: [[UInt8]: [UInt8]] = [:]
        guard row.generation.dataset.kind == .accumulate else { return names }
        let entries = try entryList(of: row.sequence)
        while entries.hasRecord {
            if let name = renaming(row.generation.dataset, try RelativePath(entries.path)) {
                names[entries.path] = name.bytes
            }
            try entries.advance()
        }
        return names
    }
}

extension GenerationRow {
    private var name: String {
        "generation \(sequence) (\(generation.dataset)), collected while the time was not known,"
    }

    fileprivate func notFiled(_ filing: Filing, _ error: StagingError) -> StagingError {
        StagingError(
            error.code, "\(name) cannot be filed under \(filing.year) and stays held: \(error)",
            errorNumber: error.errorNumber)
    }

    fileprivate func filedAsItLies(_ filing: Filing, _ error: StagingError) -> StagingError {
        StagingError(
            error.code,
            "\(name) is filed under \(filing.year) as it lies, and the next collection reads its source anew: \(error)",
            errorNumber: error.errorNumber)
    }
}
