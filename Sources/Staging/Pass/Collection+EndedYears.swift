import LevelTree

/// What is taken by reference lies at its source until it is sent, and a source moves on. In the same year the next
/// generation takes its place. After a year's end none comes, so its last state is made anew without what is gone.
extension Collection {
    /// Makes the unsent last states of ended years anew, each as a partial generation that names what was gone before it
    /// was sent. One of which nothing is gone stays as it is.
    ///
    /// Called at the end of a pass that has found its source well: it was not held back, nothing is disbelieved, and there
    /// are files. While one file cannot be read, or its disk may be away, that state waits as it is.
    ///
    /// What the pass itself came to is published by then, and stands whatever comes of this; the next pass tries again.
    ///
    /// - Parameters:
    ///   - present: how many files the pass has found.
    ///   - result: gets the new generations, durable, each in the place of the one before it; and what went wrong.
    func remakeEndedYears(present: UInt64, in result: inout CollectionResult) {
        do {
            for (row, lastSent) in try endedYears(present) {
                do {
                    guard let made = try remake(row, lastSent: lastSent) else { continue }
                    result.remade.append(made)
                } catch let error as StagingError where error.code == .damaged {
                    // Its own list: the upload says so.
                    continue
                }
                try staging.arrange(dataset)
            }
        } catch {
            result.endedYearProblem = "\(error)"
        }
    }

    /// - Returns: those that may be made anew, each with the last state of its year that the store has.
    private func endedYears(_ present: UInt64) throws -> [(row: GenerationRow, lastSent: GenerationRow?)] {
        guard dataset.isByReference, disbelief == nil, clock.heldBoot == nil, present > 0 else { return [] }
        let rows = try staging.read { try GenerationTable.rows(of: dataset, $0) }.filter { !$0.isDropped }
        let inDoubt = try staging.pendingCommits().map(\.generation)
        let ended = rows.filter { row in
            row.generation.year < year && row.generation.state == .pending && row.generation.held == nil
                && !inDoubt.contains(row.sequence)
                // A later state of that year, which may be one that is held, stands in for it.
                && !rows.contains { $0.generation.year == row.generation.year && $0.sequence > row.sequence }
        }
        return ended.map { row in (row, rows.last { isSent($0, of: row.generation.year) }) }
    }

    private func isSent(_ row: GenerationRow, of year: Year) -> Bool {
        row.generation.year == year && row.generation.state == .acknowledged
    }

    /// - Returns: nil if it stays.
    private func remake(_ row: GenerationRow, lastSent: GenerationRow?) throws -> Generation? {
        let baseline = Baseline(
            row: row, entries: try staging.entryList(of: row.sequence), root: nil, isSameYear: true)
        let draft = GenerationDraft(
            folders: staging.folders, baseline: baseline, copies: false, gauge: try staging.gauge(),
            slices: staging.options.slices, takeSequence: staging.takeSequence(keeping:))
        do {
            let remaking = Remaking(
                baseline, former: try lastSent.map { try staging.entryList(of: $0.sequence) }, draft: draft,
                options: staging.options, isSentOrSpooled: isSentOrSpooled,
                pulse: { try progress(CollectionProgress()) })
            try remaking.run()
            if remaking.isDoubtful {
                draft.discard()
                return nil
            }
            switch draft.extent {
            case .untouched: return nil
            case .refreshed:
                try refresh(row, with: draft)
                return nil
            case .changed: return try record(draft, in: row, remaking.shortfalls)
            }
        } catch {
            draft.discard()
            throw error
        }
    }

    /// The folders follow by `Staging.arrange`.
    private func record(
        _ draft: GenerationDraft, in row: GenerationRow, _ shortfalls: ShortfallList
    ) throws -> Generation {
        let before = row.generation
        let sameTime = Filing(
            sequence: before.sequence, year: before.year, startedMilliseconds: before.startedMilliseconds,
            isCertain: before.isClockTrusted)
        let made = try draft.finish(
            inPlaceOf: row, as: sameTime, shortfalls: shortfalls.list, of: staging.identity)
        try staging.record(FinishedDraft(row: made, footprint: draft.gauge.added, memory: nil, mustBeSent: nil))
        draft.handOver()
        return made.generation
    }
}
