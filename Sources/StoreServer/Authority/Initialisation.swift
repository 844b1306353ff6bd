import CentralStore
import Glibc
import Settings

/// What `clix-store init` does.
public enum Initialisation {
    /// Makes a store in `directory`: authority, certificate, keys, packs and catalog, `store.toml`.
    ///
    /// All of it is durable when this returns; `store.toml` comes last. A directory that holds anything else than an
    /// earlier `init` that was cut short is refused and left as it is; so is one that is a store already.
    /// - Returns: the authority, whose fingerprint the operator may want to note.
    @discardableResult
    public static func run(_ directory: DataDirectory, hosts: [HostName], listen: ListenAddress) throws -> Authority {
        guard !hosts.isEmpty else {
            throw StoreServerError(
                .badArgument, "Name at least one --host: the name or address under which schools reach this store.")
        }
        try requireRoom(directory)
        try PrivateFile.write([], to: directory.unfinishedMark)
        try removeUnfinished(directory)
        let authority = try Authority.make(in: directory.tls, hosts: hosts)
        _ = try StoreKeys.make(in: directory.keys)
        try CentralStore.create(at: directory.path)
        try PrivateFile.write(Array(settings(listen).utf8), to: directory.settingsFile, mode: 0o644)
        guard unlink(directory.unfinishedMark) == 0 else {
            throw PrivateFile.trouble("remove", directory.unfinishedMark, errno)
        }
        try PrivateFile.syncFolder(of: directory.unfinishedMark)
        return authority
    }

    private static func requireRoom(_ directory: DataDirectory) throws {
        if !PrivateFile.exists(directory.path) {
            try PrivateFile.makeFolder(directory.path, mode: 0o755)
            return
        }
        if PrivateFile.exists(directory.unfinishedMark) { return }
        if directory.isInitialised {
            throw StoreServerError(
                .alreadyThere,
                "\(directory.path) is a store already; nothing was changed. Its settings are in \(directory.settingsFile)."
            )
        }
        // A file system of its own brings lost+found along.
        let foreign = try names(in: directory.path).filter { $0 != "lost+found" }
        if let name = foreign.sorted().first {
            throw StoreServerError(
                .alreadyThere,
                "\(directory.path) is not empty (there is '\(name)') and not a store; nothing was changed. "
                    + "Choose an empty or a new directory.")
        }
    }

    /// Only what `init` itself makes, and only under its mark: nothing has been served from there yet.
    private static func removeUnfinished(_ directory: DataDirectory) throws {
        for name in try names(in: directory.path) where name != ".init-unfinished" && name != "lost+found" {
            try removeTree(directory.path + "/" + name)
        }
    }

    private static func removeTree(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try names(in: path) { try removeTree(path + "/" + name) }
            guard rmdir(path) == 0 else { throw PrivateFile.trouble("remove the unfinished", path, errno) }
        } else {
            guard unlink(path) == 0 else { throw PrivateFile.trouble("remove the unfinished", path, errno) }
        }
    }

    private static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw PrivateFile.trouble("list", folder, errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    private static func settings(_ listen: ListenAddress) -> String {
        """
        # The store's settings. Every key is optional; unknown keys are errors. See: clix-store serve --help

        # The address and port on which schools are served.
        listen = "\(listen)"

        # The Unix group whose members may read the schools' trees. Without it, only the service's own user may.
        # reader_group = "clix-readers"

        """
    }
}
