import CentralStore
import LevelTree
import Settings
import Synchronization

/// The tree of a store that no service runs on: brought by the command itself to where it filed schools anew.
final class TreeOfCommand: Sendable {
    private let directory: DataDirectory
    private let store: CentralStore
    private let moved = Mutex<Set<ServerID>>([])

    /// Follows the store from now on.
    init(_ directory: DataDirectory, of store: CentralStore) {
        self.directory = directory
        self.store = store
        store.onFiling { [weak self] snapshots in
            self?.moved.withLock { $0.formUnion(snapshots.map(\.school)) }
        }
    }

    /// Moves what was filed anew.
    /// - Returns: a sentence on what the tree does not show yet, or nil.
    func follow() -> String? {
        let schools = moved.withLock { $0 }
        guard !schools.isEmpty else { return nil }
        do {
            let tree = try LevelTreeOfStore.open(directory, SettingsFile.store(directory.settingsFile))
            let repair = try tree.catchUp(with: store, schools: schools)
            guard let (snapshot, error) = repair.failures.first else { return nil }
            let more = repair.failures.count > 1 ? " (and \(repair.failures.count - 1) more)" : ""
            return "The tree cannot show \(snapshot.dataset) \(snapshot.year) of \(snapshot.school)\(more): "
                + "\(error.message). The service tries again when it starts."
        } catch {
            return "The tree does not follow yet: \(error). The service moves it when it starts."
        }
    }
}
