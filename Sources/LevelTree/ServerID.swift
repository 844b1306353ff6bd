/// The id that a school's server was given at its set-up: two letters of the state and a number (`mz17`), or for
/// training servers more letters (`mztpd3`). Unique among all servers, unless nobody set it.
public struct ServerID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// - Throws: `IdentityProblem` unless `text` is two or more lower-case letters followed by digits, if any, and at
    ///   most 32 characters long.
    public init(_ text: String) throws(IdentityProblem) {
        let digits = text.utf8.drop { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        let letters = text.utf8.count - digits.count
        guard letters >= 2, text.utf8.count <= 32,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            throw IdentityProblem(
                .serverID,
                "\"\(escapedText(text.utf8.prefix(64)))\" is not a server id; one looks like mz17: letters, then a number"
            )
        }
        self.text = text
    }

    /// The state, from the first two letters; nil for ids outside the four states (`sp100`, `cc`).
    public var state: StateCode? { StateCode(rawValue: String(text.prefix(2))) }

    /// Whether this is the id of an image that nobody set up. Any number of machines may carry it.
    public var isUnconfigured: Bool { text == "sp100" }

    public var description: String { text }
}

extension ServerID: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
