import Glibc

/// Reading a settings file from disk: the only part of this module that touches one.
public enum SettingsFile {
    /// A file larger than this is not a configuration.
    static let maximumBytes = 1 << 20

    /// - Throws: `SettingsError`: `.unreadable` when the file is not there or cannot be read, else as `init(parsing:)`.
    public static func collectd(_ path: String) throws(SettingsError) -> CollectdSettings {
        try CollectdSettings(parsing: text(of: path), file: path)
    }

    /// - Throws: `SettingsError`, as `collectd`.
    public static func store(_ path: String) throws(SettingsError) -> StoreSettings {
        try StoreSettings(parsing: text(of: path), file: path)
    }

    private static func text(of path: String) throws(SettingsError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, "cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, "cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= maximumBytes else {
                throw unreadable(path, "is larger than 1 MiB; that is not a configuration")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw unreadable(path, "is not UTF-8 text; save it as UTF-8")
        }
        return text
    }

    private static func unreadable(_ path: String, _ reason: String) -> SettingsError {
        SettingsError(code: .unreadable, file: path, problems: [.init(location: nil, message: reason)])
    }
}
