import Collecting
import Glibc
import Settings
import Uploading

/// A proxy that wants a password. The configuration may be read by everybody, so it stands in a file of root's, which
/// systemd hands to the service (LoadCredential= in its unit; systemd.exec(5)).
struct ProxyCredential: Sendable {
    static let name = "clix-collectd.proxy"
    /// The file that holds it: systemd's copy for this service, or else root's own, for a command that root typed.
    let path: String

    /// Of this process.
    static var ours: ProxyCredential {
        let directory = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } ?? "/etc/credstore"
        return ProxyCredential(path: directory + "/" + name)
    }

    /// Such as `http://user:password@192.0.2.1:3128`; nil where there is none, or this process may not have it.
    /// - Throws: `UploadError` (`.configuration`) if it is no proxy's address. No message repeats it.
    func address() throws(UploadError) -> String? {
        guard let bytes = try? SmallFile.read(path, limit: 4096) else { return nil }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard lines.count == 1, UploadSettings.isProxy(lines[0]) else {
            throw UploadError(
                .configuration,
                "\(path) must have one line with the proxy's address, like http://user:password@192.0.2.1:3128")
        }
        return lines[0]
    }
}
