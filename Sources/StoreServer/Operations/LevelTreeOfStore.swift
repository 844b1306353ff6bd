import CentralStore
import Glibc
import Settings

/// The plain tree as `store.toml` wants it.
enum LevelTreeOfStore {
    /// Throws `StoreServerError` (bad settings) where the reader group is not there.
    static func open(_ directory: DataDirectory, _ settings: StoreSettings) throws -> TreeView {
        var options = TreeView.Options()
        if let name = settings.readerGroup {
            guard let group = getgrnam(name) else {
                throw StoreServerError(
                    .badSettings,
                    "\(directory.settingsFile): there is no group '\(name)' on this machine; make it with: "
                        + "addgroup --system \(name), or change reader_group.")
            }
            options.readerGroup = group.pointee.gr_gid
        }
        return try TreeView(data: directory.path, options: options)
    }
}
