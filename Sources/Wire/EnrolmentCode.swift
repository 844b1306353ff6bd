import Content

/// The one-time code that an operator gives to a school: 128 random bits and the fingerprint of the store's authority,
/// so that the very first connection is already to the right store.
///
/// As text: `CLIX1-` and 53 bytes in Crockford's base 32 (secret, fingerprint, five bytes of checksum) in groups of five,
/// safe to read aloud: no I, L, O or U; case, spaces and hyphens do not matter when it is read.
public struct EnrolmentCode: Hashable, Sendable {
    /// 16 random bytes.
    public let secret: [UInt8]
    /// SHA-256 of the authority certificate's SubjectPublicKeyInfo (DER).
    public let authority: ChunkID

    public static func random(authority: ChunkID) -> EnrolmentCode {
        EnrolmentCode(secret: randomBytes(16), authority: authority)
    }

    private init(secret: [UInt8], authority: ChunkID) {
        self.secret = secret
        self.authority = authority
    }

    /// - Throws: `EnrolmentCodeProblem` for text that is no code, or one with a slip in it.
    public init(parsing text: String) throws(EnrolmentCodeProblem) {
        let plain = text.uppercased().filter { !$0.isWhitespace && $0 != "-" }
        guard plain.hasPrefix(EnrolmentCode.mark) else { throw .notACode }
        guard let bytes = Base32.decode(plain.dropFirst(EnrolmentCode.mark.count)),
            bytes.count == EnrolmentCode.byteCount
        else { throw .slip }
        let (content, checksum) = (Array(bytes[..<48]), Array(bytes[48...]))
        guard Array(ChunkID(hashing: content).bytes.prefix(5)) == checksum,
            let authority = try? ChunkID(bytes: Array(content[16...]))
        else { throw .slip }
        self.init(secret: Array(content[..<16]), authority: authority)
    }

    public var text: String {
        let content = secret + authority.bytes
        let digits = Array(Base32.encode(content + ChunkID(hashing: content).bytes.prefix(5)))
        let groups = stride(from: 0, to: digits.count, by: 5).map { String(digits[$0..<min($0 + 5, digits.count)]) }
        return ([EnrolmentCode.mark] + groups).joined(separator: "-")
    }

    /// The secret as it travels in `EnrolmentRequest.code`.
    public var secretText: String { hexText(secret) }

    /// What the store keeps of the secret.
    public static func hash(ofSecretText text: String) -> ChunkID { ChunkID(hashing: Array(text.utf8)) }

    private static let mark = "CLIX1"
    private static let byteCount = 16 + ChunkID.byteCount + 5
}

extension EnrolmentCode: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "(enrolment code)" }
    public var debugDescription: String { "(enrolment code)" }
}

/// Why a text is not an enrolment code.
public enum EnrolmentCodeProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case notACode, slip

    public var description: String {
        switch self {
        case .notACode:
            "this is not an enrolment code; one begins with CLIX1- and is printed by clix-store school add or school code"
        case .slip: "the enrolment code has a slip in it: some characters are wrong or missing; copy it once more"
        }
    }
}

/// Crockford's base 32 (crockford.com/base32.html), without its check digit.
private enum Base32 {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        var (buffer, bits) = (0, 0)
        for byte in bytes {
            buffer = (buffer << 8 | Int(byte)) & 0xffff
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digits[buffer >> bits & 31])
            }
        }
        if bits > 0 { text.append(digits[buffer << (5 - bits) & 31]) }
        return text
    }

    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (buffer, bits) = (0, 0)
        for character in text {
            guard let value = value(of: character) else { return nil }
            buffer = (buffer << 5 | value) & 0xffff
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(buffer >> bits & 255))
            }
        }
        return bytes
    }

    private static func value(of character: Character) -> Int? {
        switch character {
        case "O": 0
        case "I", "L": 1
        default: digits.firstIndex(of: character)
        }
    }
}
