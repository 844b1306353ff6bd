import CentralStore
import Settings

/// What `clix-store rebuild` does: everything that is derived, made anew from the packs.
public struct StoreRebuild: Sendable {
    private let directory: DataDirectory

    public init(_ directory: DataDirectory) { self.directory = directory }

    /// Needs the exclusive lock: throws `StoreError` (busy) while the service runs.
    /// - Returns: a sentence for each dataset that the tree could not be made to show.
    public func run(onProgress: (OperationProgress) -> Void) throws -> [String] {
        try directory.requireInitialised()
        try directory.actAsOwner()
        let settings = try SettingsFile.store(directory.settingsFile)
        try CentralStore.rebuild(at: directory.path) { bytes in
            onProgress(OperationProgress(title: "catalog from packs", files: 0, bytes: bytes))
        }
        let handle = try StoreHandle.open(directory)
        defer { handle.store.close() }
        let tree = try LevelTreeOfStore.open(directory, settings)
        let repair = try tree.rebuild(from: handle.store) { done, total in
            onProgress(OperationProgress(title: "tree (datasets)", files: done, bytes: 0, totalFiles: total))
        }
        return repair.failures.map { snapshot, error in
            "\(snapshot.school)/\(snapshot.dataset) \(snapshot.year): \(error.message)"
        }
    }
}
