import Glibc

/// What this machine lets a test do.
enum Machine {
    static let isRoot = geteuid() == 0

    /// Another user can be tried out: root, and setpriv of util-linux.
    static let canActAsAnother = isRoot && access("/usr/bin/setpriv", X_OK) == 0

    /// A folder in memory, or an ordinary one: for tests that measure our own work and not the disk's. (For a while after
    /// many files were deleted, ext4 takes ten times as long to find inodes for new ones.)
    static let quickFolder = access("/dev/shm", R_OK | W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"

    /// Whether an ordinary folder has ext4's limit of 65,000 names for one inode.
    static let hasLinkLimit = pathconf("/tmp", Int32(_PC_LINK_MAX)) == 65_000

    /// Small filesystems can be mounted: root with CAP_SYS_ADMIN.
    static let canMount: Bool = {
        let path = "/tmp/clix-views-mount-\(getpid())"
        guard isRoot, mkdir(path, 0o700) == 0 else { return false }
        defer { rmdir(path) }
        guard mount("none", path, "tmpfs", 0, "size=1m") == 0 else { return false }
        umount(path)
        return true
    }()

    /// Runs a shell's script as another user.
    /// - Returns: its exit status; nil if it could not be started.
    static func run(_ script: String, as user: uid_t, in group: gid_t) -> Int32? {
        let words = [
            "/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "/bin/sh", "-c", script,
        ]
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        guard posix_spawn(&process, words[0], nil, nil, &arguments, environ) == 0 else { return nil }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
    }
}
