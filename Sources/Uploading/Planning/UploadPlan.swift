import LevelTree
import Staging

/// Which generation is sent next. Pure.
enum UploadPlan {
    /// The pending generations in the order of sending: by priority, and of one dataset and year the earlier first,
    /// because each commit names the one before it as its parent.
    ///
    /// - Parameters:
    ///   - wanted: nil for all datasets.
    ///   - failed: datasets and years that failed in this run; what comes after a failed one would lack its parent.
    static func order(
        _ pending: [Generation], wanted: Set<Dataset>?, failed: Set<DatasetYear> = [],
        priority: (Dataset) -> Int = { $0.priority }
    ) -> [Generation] {
        func key(_ generation: Generation) -> (Int, String, Year, UInt64) {
            (priority(generation.dataset), generation.dataset.name, generation.year, generation.sequence)
        }
        return
            pending
            .filter { wanted?.contains($0.dataset) ?? true }
            .filter { !failed.contains(DatasetYear($0)) }
            .sorted { key($0) < key($1) }
    }

    /// Whether a generation in flight should step aside: a big dataset does not keep a small new one waiting.
    static func stepsAside(
        _ current: Generation, for next: Generation?, priority: (Dataset) -> Int = { $0.priority }
    ) -> Bool {
        guard let next else { return false }
        return next.sequence != current.sequence && priority(next.dataset) < priority(current.dataset)
    }
}

/// What has one line of history at the store.
struct DatasetYear: Hashable, Sendable {
    let dataset: Dataset
    let year: Year

    init(_ generation: Generation) {
        dataset = generation.dataset
        year = generation.year
    }

    init(dataset: Dataset, year: Year) {
        self.dataset = dataset
        self.year = year
    }
}
