import CentralStore

extension ReadingStore {
    /// For commands that look and change nothing: beside the running service or without one.
    /// Throws `StoreServerError` where there is no store.
    public static func open(_ directory: DataDirectory) throws -> ReadingStore {
        try directory.requireInitialised()
        return try ReadingStore(at: directory.path)
    }
}
