import LevelTree

extension Staging {
    /// One pass over a dataset: compares the source with the last generation, and publishes a new one if it differs.
    ///
    /// An unchanged source costs a `stat` for each file and no reading. Durable when it returns.
    ///
    /// - Parameters:
    ///   - year: the LEVEL 0 year of the collection's start.
    ///   - disbelief: why a mirror that is missing, or lost any of its files, is not believed to be so, however
    ///     often that is seen: a clause that reads on after "as long as". Nil believes it at the second pass.
    ///   - progress: called now and then; an error it throws ends the pass, and the last generation stands.
    /// - Throws: `StagingError`: `.diskFull` if there is no room (nothing was dropped, the last generation stands),
    ///   `.io` or `.damaged` if staging itself cannot be read or written. What is wrong with the source is told in the
    ///   result instead.
    public func collect(
        _ dataset: Dataset, year: Year, gathering: Gathering, clock: CollectionClock,
        disbelief: String? = nil,
        progress: (CollectionProgress) throws -> Void = { _ in }
    ) throws -> CollectionResult {
        try withoutActuallyEscaping(progress) { progress in
            try passing.withLock { _ in
                let collection = Collection(
                    staging: self, dataset: dataset, year: year, gathering: gathering, clock: clock,
                    disbelief: disbelief, progress: progress)
                do {
                    return try collection.run()
                } catch let error as StagingError where error.code == .damaged {
                    // Something of the last generation is gone or not what it was: read all of the source again.
                    guard try collection.distrustBaseline() else { throw error }
                    return try collection.run()
                }
            }
        }
    }
}
