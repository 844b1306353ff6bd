import Content
import LevelTree

/// A school's tree as it was, written to a folder of the operator's: `<to>/<year>/<state>/<code>-<id>/…` with the exact
/// permission bits and modification times.
public struct Checkout: Sendable {
    /// How far it is.
    public struct Progress: Hashable, Sendable {
        public var files: UInt64 = 0
        public var bytes: UInt64 = 0
        public let totalFiles: UInt64
        public let totalBytes: UInt64
    }

    /// What was written.
    public struct Result: Sendable {
        public var files: UInt64 = 0
        public var bytes: UInt64 = 0
        public var snapshots: [SnapshotRecord]
        /// Files that are missing from the folder because the store's copy is damaged, each with a sentence. The command
        /// then ends with the code for damaged data.
        public var damages: [Damage] = []
    }

    public struct Damage: Hashable, Sendable {
        /// Below the folder; the dataset's own path if its whole manifest is damaged.
        public let path: RelativePath
        public let sentence: String
    }

    /// The snapshots that are written, one for each dataset and year.
    public let snapshots: [SnapshotRecord]

    /// What is asked for and had no snapshot yet at that moment, in the order of years and of sending.
    public let leftOut: [Absence]

    /// A dataset of a year.
    public struct Absence: Hashable, Sendable {
        public let year: Year
        public let dataset: Dataset
    }

    /// Chooses the snapshots.
    ///
    /// - Parameter datasets: nil means all of them.
    /// - Throws: `StoreError` with code `notFound` if there is nothing of that moment.
    public init(
        of school: ServerID, datasets: Set<Dataset>? = nil, at moment: CheckoutMoment, from source: some SnapshotSource
    ) throws {
        let history = try source.snapshots(school: school, dataset: nil, year: nil)
        let wanted = history.filter { datasets?.contains($0.dataset) ?? true }
        let snapshots = moment.choose(from: wanted)
        self.snapshots = snapshots
        leftOut = Set(wanted.map(Absence.init)).subtracting(snapshots.map(Absence.init))
            .sorted { ($0.year, $0.dataset) < ($1.year, $1.dataset) }
        guard snapshots.isEmpty else { return }
        let what = datasets.map { sets in sets.sorted().map(\.name).joined(separator: ", ") + " of " } ?? ""
        guard !history.isEmpty else {
            throw StoreError(
                .notFound, "the store has no snapshot of \(school); `clix-store school list` shows who has sent what")
        }
        throw StoreError(
            .notFound,
            "the store has nothing of \(what)\(school) from that time or before; `clix-store log \(school)` shows what there is"
        )
    }

    /// Writes the snapshots. Not fsynced. What is damaged is left out and listed; every other failure ends the checkout,
    /// and files that were written before stay, each of them whole.
    ///
    /// - Parameters:
    ///   - folder: must be empty, or absent with its parent there.
    ///   - progress: called after each file and each chunk of a large one.
    /// - Throws: `StoreError` that names the file.
    public func write(
        to folder: String, from source: some SnapshotSource, progress: (Progress) -> Void = { _ in }
    ) throws -> Result {
        var writer = try CheckoutWriter(folder: folder)
        var result = Result(snapshots: snapshots)
        var state = Progress(
            totalFiles: snapshots.reduce(0) { $0 + $1.files }, totalBytes: snapshots.reduce(0) { $0 + $1.bytes })
        for snapshot in snapshots {
            try write(snapshot, from: source, with: &writer, &result, &state, progress)
        }
        return result
    }

    private func write(
        _ snapshot: SnapshotRecord, from source: some SnapshotSource, with writer: inout CheckoutWriter,
        _ result: inout Result, _ state: inout Progress, _ progress: (Progress) -> Void
    ) throws {
        let levelTwo = try TreePlace.levelTwo(
            of: snapshot.school, directory: snapshot.directory, year: snapshot.year)
        do {
            try source.forEachEntry(of: snapshot) { entry in
                let path = try levelTwo.appending(snapshot.dataset.levelPath(of: entry.path))
                do {
                    try writer.write(entry, to: path, from: source) { bytes in
                        state.bytes += bytes
                        progress(state)
                    }
                    result.files += 1
                    result.bytes += entry.size
                } catch let error as StoreError where error.code.tellsOfDamage {
                    result.damages.append(Damage(path: path, sentence: error.message))
                }
                state.files += 1
                progress(state)
            }
        } catch let error as StoreError where error.code.tellsOfDamage {
            let place = try TreePlace(snapshot)
            let home = try place.parent.appending(component: place.names[0])
            result.damages.append(Damage(path: home, sentence: error.message))
        }
    }
}

extension Checkout.Absence {
    fileprivate init(_ snapshot: SnapshotRecord) { self.init(year: snapshot.year, dataset: snapshot.dataset) }
}

extension StoreError.Code {
    /// Whether stored bytes are lost, as opposed to a failure that another try may not meet.
    var tellsOfDamage: Bool { self == .damaged || self == .unknownChunk || self == .manifestInvalid }
}
