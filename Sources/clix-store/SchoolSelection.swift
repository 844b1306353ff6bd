import CentralStore
import LevelTree
import StoreServer

/// A school and perhaps one of its datasets, as commands name them: `mz150`, `2039150-mz150`, `mz150/db`.
struct SchoolSelection {
    /// As typed, without the dataset.
    let school: String
    /// Empty means all.
    let datasets: [Dataset]

    /// Throws `StoreServerError` (bad argument) for a dataset that is none, naming the nearest.
    init(school: String, dataset: String?) throws {
        self.school = school
        guard let dataset else {
            datasets = []
            return
        }
        datasets = Dataset.named(dataset)
        if datasets.isEmpty {
            let names = Dataset.all.map(\.name) + ["assessment-media"]
            let hint = nearestName(to: dataset, among: names).map { "; did you mean \($0)?" } ?? "."
            throw StoreServerError(.badArgument, "'\(dataset)' is not a dataset\(hint)")
        }
    }

    /// Reads `SCHOOL` or `SCHOOL/DATASET`; names of datasets may hold a slash themselves.
    init(_ text: String) throws {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        try self.init(school: parts.first ?? "", dataset: parts.count == 2 ? parts[1] : nil)
    }

    /// Oldest first.
    func snapshots(of school: ServerID, in reader: ReadingStore) throws -> [SnapshotRecord] {
        try reader.snapshots(school: school, dataset: nil, year: nil).filter {
            datasets.isEmpty || datasets.contains($0.dataset)
        }
    }
}
