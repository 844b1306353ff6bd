import FoundationEssentials

/// JSON as it travels: sorted keys, no escaped slashes, so the same value is always the same bytes.
public enum WireCoding {
    public static let jsonType = "application/json"
    public static let problemType = "application/problem+json"
    public static let partialUploadType = "application/partial-upload"
    /// Whole ids, 32 bytes each, and their first eight bytes.
    public static let idsType = "application/x-clix-ids"
    public static let prefixesType = "application/x-clix-prefixes"

    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    static func bytes(fromBase64 text: String) -> [UInt8]? { Data(base64Encoded: text).map { [UInt8]($0) } }
}
