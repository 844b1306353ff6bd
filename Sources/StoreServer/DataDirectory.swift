import Glibc

/// Where everything of one store lies.
public struct DataDirectory: Sendable, Hashable {
    /// Absolute.
    public let path: String

    /// A relative path counts from the working directory.
    public init(_ path: String) {
        var absolute = path
        if !path.hasPrefix("/") {
            let here = getcwd(nil, 0)
            defer { free(here) }
            absolute = (here.map { String(cString: $0) } ?? "") + "/" + path
        }
        while absolute.count > 1, absolute.hasSuffix("/") { absolute.removeLast() }
        self.path = absolute
    }

    /// Where the Debian package puts it.
    public static let standardPath = "/var/lib/clix-store"

    var tls: String { path + "/tls" }
    var keys: String { path + "/keys" }
    public var settingsFile: String { path + "/store.toml" }
    public var controlSocket: String { path + "/control.sock" }
    /// Stands as long as `init` has not come to its end.
    var unfinishedMark: String { path + "/.init-unfinished" }

    /// Whether `init` has been here, and to its end.
    public var isInitialised: Bool {
        PrivateFile.exists(settingsFile) && PrivateFile.exists(tls + "/authority.pem")
            && !PrivateFile.exists(unfinishedMark)
    }

    /// Throws `StoreServerError` (not initialised), saying what to type.
    public func requireInitialised() throws {
        if isInitialised { return }
        if access(path, X_OK) != 0, errno == EACCES {
            throw StoreServerError(
                .fileTrouble, "\(path) may not be entered by this user; run the command as root or as the store's user."
            )
        }
        let reason =
            PrivateFile.exists(unfinishedMark) ? "its initialisation did not come to an end" : "there is no store"
        throw StoreServerError(
            .notInitialised,
            "\(path): \(reason). Make one with: clix-store init \(path) --host NAME, or name another with --data.")
    }

    /// Makes what this process writes belong to the directory's owner: root becomes that user for good.
    ///
    /// A file that root left in a service user's directory would stop the service at the next start.
    /// Does nothing for other users, nor where root is the owner.
    public func actAsOwner() throws {
        guard geteuid() == 0 else { return }
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid != 0 else { return }
        guard let user = getpwuid(status.st_uid) else {
            guard setgroups(0, nil) == 0, setgid(status.st_gid) == 0, setuid(status.st_uid) == 0 else {
                throw PrivateFile.trouble("become the owner of", path, errno)
            }
            return
        }
        let group = user.pointee.pw_gid
        guard initgroups(user.pointee.pw_name, group) == 0, setgid(group) == 0, setuid(status.st_uid) == 0 else {
            throw PrivateFile.trouble("become the owner of", path, errno)
        }
    }
}
