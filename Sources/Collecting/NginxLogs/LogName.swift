/// Which log a file belongs to: `access` of `access.log` and of all that rotation makes of it. Bytes, since names that only
/// differ in Unicode's forms are two on the disk, and one as a `String`.
struct LogName: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// UTF-8.
    let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self).utf8)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    static func < (left: LogName, right: LogName) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    var description: String { String(decoding: bytes, as: UTF8.self) }
}
