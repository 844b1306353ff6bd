/// What `store.toml`, in the store's data directory, says. Every key is optional.
public struct StoreSettings: Sendable, Hashable {
    /// Where the service listens: `listen = "0.0.0.0:8443"`.
    public var listen: ListenAddress
    /// The Unix group whose members may read every file of the tree: `reader_group = "clix-readers"`.
    /// Nil: the group of the process, and nobody else.
    public var readerGroup: String?

    public init(listen: ListenAddress = .standard, readerGroup: String? = nil) {
        self.listen = listen
        self.readerGroup = readerGroup
    }
}
