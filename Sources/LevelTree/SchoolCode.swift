/// The state's code of a school: 7 digits in practice, 8 in the standard's drawing, `NA`, or empty.
public struct SchoolCode: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// - Throws: `IdentityProblem` unless `text` is at most 16 letters and digits; it becomes part of a folder's name,
    ///   before the hyphen.
    public init(_ text: String) throws(IdentityProblem) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: false
            }
        }
        guard isPlain, text.utf8.count <= 16 else {
            throw IdentityProblem(
                .schoolCode,
                "\"\(escapedText(text.utf8.prefix(64)))\" is not a school code; "
                    + "one has up to 16 letters and digits (2031017), or is NA, or empty")
        }
        self.text = text
    }

    /// A code as an operator lists it.
    ///
    /// Narrower than the other: what a school's own settings say is taken as it is, however untidy, but who types a code
    /// of another length has mistyped it.
    /// - Throws: `IdentityProblem` unless `text` is 7 or 8 digits, `NA` or empty.
    public init(listed text: String) throws(IdentityProblem) {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard text.isEmpty || text == "NA" || isNumber && (7...8).contains(text.utf8.count) else {
            throw IdentityProblem(
                .schoolCode,
                "\"\(escapedText(text.utf8.prefix(64)))\" is not a school code: it must be 7 or 8 digits (2031017), or "
                    + "NA, or empty where the school has none")
        }
        try self.init(text)
    }

    /// Whether this is the code of an image that nobody set up.
    public var isUnconfigured: Bool { text == "00000000" }

    public var description: String { text }
}

extension SchoolCode: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
