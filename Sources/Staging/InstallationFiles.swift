/// The small files that make this machine an installation: token, keys, the pinned authority, the enrolment's answer.
///
/// Each is 0600, and written whole or not at all.
public struct InstallationFiles: Sendable {
    /// A file's name.
    public struct Name: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// What names this installation in every request.
        public static let token = Name(rawValue: "token")
        /// The installation's signing key.
        public static let signingKey = Name(rawValue: "signing.key")
        /// The store's certificate authority, PEM.
        public static let authority = Name(rawValue: "authority.pem")
        /// The enrolment's answer, JSON; its presence means *enrolled*.
        public static let installation = Name(rawValue: "installation.json")
        /// An enrolment that was begun and has no answer yet, JSON.
        public static let enrolment = Name(rawValue: "enrolment.json")
    }

    /// `<staging>/state`
    public let directory: String

    /// - Parameter stagingDirectory: `[staging] directory`; it need not exist yet.
    public init(stagingDirectory: String) { directory = stagingDirectory + "/state" }

    /// Nil if there is no such file.
    /// - Throws: `StagingError` if it cannot be read.
    public func read(_ name: Name) throws -> [UInt8]? { nil }

    /// Writes the file in place of an earlier one. Durable when it returns.
    public func write(_ bytes: [UInt8], as name: Name) throws {}

    /// Removes the file if it is there. Durable when it returns.
    public func remove(_ name: Name) throws {}
}
