import Content

/// The name of a pack: 32 hexadecimal digits, random, so that packs spread over folders and bucket prefixes alike.
/// Their order is the number in their header.
public struct PackID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// - Returns: nil unless the text is 32 lower-case hexadecimal digits.
    public init?(_ text: String) {
        guard text.utf8.count == 32, bytes(fromHex: text) != nil else { return nil }
        self.text = text
    }

    private init(bytes: [UInt8]) { text = hexText(bytes) }

    public static func random() -> PackID {
        var generator = SystemRandomNumberGenerator()
        return PackID(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    public var description: String { text }
}

/// A place in the history that the packs tell: everything before it has been applied.
struct PackPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The pack's number; 0 before the first.
    var pack: UInt64
    /// In bytes from the pack's start; an item's end.
    var offset: UInt64

    static let start = PackPosition(pack: 0, offset: 0)

    static func < (left: PackPosition, right: PackPosition) -> Bool {
        (left.pack, left.offset) < (right.pack, right.offset)
    }

    var description: String { "pack \(pack), byte \(offset)" }
}
