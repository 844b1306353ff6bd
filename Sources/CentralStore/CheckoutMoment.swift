import LevelTree

/// Which state of a school's history is wanted.
public enum CheckoutMoment: Hashable, Sendable {
    /// What is current.
    case newest
    /// What had been collected by then, in milliseconds since 1970: the start of the collection, or, where the school
    /// did not trust its clock or it ran ahead of the store's, the time of the commit.
    case collected(Int64)
    /// What the store had by then: the time of the commit, milliseconds since 1970.
    case received(Int64)

    /// Of each dataset and year the newest snapshot of that moment, in the order of years and of sending. Datasets that
    /// had none by then are left out.
    /// - Parameter history: oldest first, as a source gives it.
    func choose(from history: [SnapshotRecord]) -> [SnapshotRecord] {
        var chosen: [TreeKey: SnapshotRecord] = [:]
        for snapshot in history where includes(snapshot) { chosen[TreeKey(snapshot)] = snapshot }
        return chosen.values.sorted { ($0.year, $0.dataset) < ($1.year, $1.dataset) }
    }

    private func includes(_ snapshot: SnapshotRecord) -> Bool {
        switch self {
        case .newest: true
        case .collected(let time): snapshot.collected <= time
        case .received(let time): snapshot.received <= time
        }
    }
}

extension SnapshotRecord {
    /// When it was collected, as far as the store can tell: nothing is collected after it was received.
    var collected: Int64 { clockTrusted ? min(started, received) : received }
}
