import Glibc

/// A name under which schools reach the store: a DNS name or an IP address. It becomes a subject alternative name.
public enum HostName: Hashable, Sendable, CustomStringConvertible {
    case dns(String)
    /// Four or sixteen bytes in network order, and the text they came from.
    case address([UInt8], text: String)

    /// Throws `StoreServerError` (bad argument) for what is neither.
    public init(_ text: String) throws {
        if let bytes = Self.addressBytes(text) {
            self = .address(bytes, text: text)
            return
        }
        let name = text.lowercased()
        guard Self.isDNSName(name) else {
            throw StoreServerError(
                .badArgument,
                "'\(text)' is neither a DNS name nor an IP address. Give --host the name or address alone, as a school "
                    + "will write it in its URL: without https:// and without a port.")
        }
        self = .dns(name)
    }

    public var description: String {
        switch self {
        case .dns(let name): name
        case .address(_, let text): text
        }
    }

    private static func addressBytes(_ text: String) -> [UInt8]? {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 { return withUnsafeBytes(of: &v4) { Array($0) } }
        var v6 = in6_addr()
        if inet_pton(AF_INET6, text, &v6) == 1 { return withUnsafeBytes(of: &v6) { Array($0) } }
        return nil
    }

    /// RFC 1123 host names. A name of digits and dots only would be a mistyped address.
    private static func isDNSName(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let isLabel = { (label: Substring) -> Bool in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
        }
        let lastIsNumber = labels.last.map { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } } ?? true
        return name.utf8.count <= 253 && labels.allSatisfy(isLabel) && !lastIsNumber
    }
}
