import Glibc

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

    /// - Parameter stagingDirectory: `[staging] directory`; it need not exist yet, the folder above it must.
    public init(stagingDirectory: String) { directory = stagingDirectory + "/state" }

    /// Nil if there is no such file.
    /// - Throws: `StagingError` if it cannot be read.
    public func read(_ name: Name) throws -> [UInt8]? {
        guard let file = Descriptor.opening(CName(place(name)), O_RDONLY | O_NOFOLLOW) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw StagingError.failing(to: "read \(place(name))")
        }
        let size = FileStatus.of(file.number)?.size ?? 0
        guard size <= InstallationFiles.largest, let bytes = readExactly(file, at: 0, Int(size)) else {
            throw StagingError(.damaged, "\(place(name)) cannot be read whole; enrol again")
        }
        return bytes
    }

    /// Writes the file in place of an earlier one. Durable when it returns.
    /// - Throws: `StagingError`; the earlier file, if any, is as it was then.
    public func write(_ bytes: [UInt8], as name: Name) throws {
        let failing = { StagingError.failing(to: "write \(place(name))", $0) }
        try makeDirectory()
        guard let folder = Descriptor.openingFolder(CName(directory)) else { throw failing(errno) }
        let part = CName(name.rawValue + ".part")
        guard
            let file = Descriptor.opening(
                part, in: folder.number, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600)
        else { throw failing(errno) }
        // A file that an earlier crash left may have other bits.
        guard fchmod(file.number, 0o600) == 0 else { throw failing(errno) }
        try bytes.withUnsafeBytes { try writeAll($0, to: file.number, failure: failing) }
        guard syncOne(file) else { throw failing(errno) }
        let result = part.withPointer { from in
            CName(name.rawValue).withPointer { renameat(folder.number, from, folder.number, $0) }
        }
        guard result == 0, syncOne(folder) else { throw failing(errno) }
    }

    /// Makes `directory`, and the staging directory around it, if they are not there.
    /// - Throws: `StagingError`.
    public func makeDirectory() throws {
        _ = mkdir(String(directory.dropLast("/state".count)), StagingFolders.folderMode)
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw StagingError.failing(to: "make \(directory)")
        }
    }

    /// Removes the file if it is there. Durable when it returns.
    public func remove(_ name: Name) throws {
        guard let folder = Descriptor.openingFolder(CName(directory)) else { return }
        let result = CName(name.rawValue).withPointer { unlinkat(folder.number, $0, 0) }
        guard result == 0 || errno == ENOENT, syncOne(folder) else {
            throw StagingError.failing(to: "remove \(place(name))")
        }
    }

    private func place(_ name: Name) -> String { "\(directory)/\(name.rawValue)" }

    /// Far more than any of them has, in bytes.
    private static let largest: UInt64 = 1 << 20
}

extension Staging {
    /// The files of this directory's installation.
    public var installationFiles: InstallationFiles { InstallationFiles(stagingDirectory: directory) }
}
