/// What went wrong in the store's service or in one of its commands, said for the person at the terminal.
public struct StoreServerError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble it is. More kinds may follow.
    public struct Code: Hashable, Sendable {
        let name: String
        init(_ name: String) { self.name = name }

        /// The data directory is not one that `clix-store init` made, or not finished.
        public static let notInitialised = Code("not-initialised")
        /// `init` was asked to work on a directory that already is something.
        public static let alreadyThere = Code("already-there")
        /// A host name or an address that no certificate can carry, an argument that means nothing.
        public static let badArgument = Code("bad-argument")
        /// `store.toml` asks for what this machine does not have.
        public static let badSettings = Code("bad-settings")
        /// A file of the data directory cannot be read or written.
        public static let fileTrouble = Code("file-trouble")
        /// A key or certificate file does not hold what it should.
        public static let damagedKeys = Code("damaged-keys")
        /// Somebody else works on the data directory, or the server has too much to do.
        public static let busy = Code("busy")
        /// The address to listen on cannot be had.
        public static let cannotListen = Code("cannot-listen")
        /// The running service refused or failed what was asked over its control socket.
        public static let control = Code("control")
        /// Nothing of that name is known.
        public static let unknownName = Code("unknown-name")
    }

    public let code: Code
    /// A sentence: what failed, on what, why, what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same command, run again with nothing else changed, fails again.
    public var isPermanent: Bool { code != .busy && code != .cannotListen }

    public var description: String { message }
}
