/// `ADDRESS:PORT` on which the store listens; an IPv6 address stands in brackets.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IP address or host name, without brackets.
    public var host: String
    /// 0 asks the kernel for a free port (tests do).
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Every IPv4 address, port 8443.
    public static let standard = ListenAddress(host: "0.0.0.0", port: 8443)

    /// `0.0.0.0:8443`, `[::]:8443`, `store.example.org:443`; nil when it is none of these.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = Int(digits), port <= 65535
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0 == " " || $0 == "/" || $0 == "[" || $0 == "]" }) else {
            return nil
        }
        self.init(host: String(host), port: port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
