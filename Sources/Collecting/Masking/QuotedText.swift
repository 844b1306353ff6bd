/// A string literal, as Python, JSON, shells and most settings write one: in single or double quotes, or in three of
/// them, a backslash quoting the next byte.
struct QuotedText {
    /// What opens and closes it.
    struct Quote: Hashable {
        var byte: UInt8
        /// Three of them, between which lines may end.
        var isTriple: Bool
    }

    let quote: Quote
    /// Where its content stands, or the rest of the line where it is not closed there.
    let content: Range<Int>
    /// Behind the closing quote; nil if it is not closed.
    let end: Int?
    /// Whether it goes on in the next line.
    let goesOn: Bool

    /// The literal that begins here, with a prefix such as `u` or `rb` if it has one; nil if none does.
    init?(at bytes: ArraySlice<UInt8>) {
        let prefix = bytes.prefix(3).prefix { "urbfURBF".utf8.contains($0) }
        let rest = bytes[prefix.endIndex...]
        guard let byte = rest.first, QuotedText.isQuote(byte) else { return nil }
        let isTriple = rest.count >= 3 && rest.prefix(3).allSatisfy { $0 == byte }
        self.init(Quote(byte: byte, isTriple: isTriple), insideAt: rest.dropFirst(isTriple ? 3 : 1))
    }

    /// The rest of one that an earlier line began.
    init(_ quote: Quote, insideAt bytes: ArraySlice<UInt8>) {
        self.quote = quote
        let length = quote.isTriple ? 3 : 1
        var position = bytes.startIndex
        var endsInBackslash = false
        while position < bytes.endIndex {
            if bytes[position] == UInt8(ascii: "\\") {
                endsInBackslash = position + 1 >= bytes.endIndex
                position = min(position + 2, bytes.endIndex)
            } else if bytes[position...].prefix(length).elementsEqual(repeatElement(quote.byte, count: length)) {
                content = bytes.startIndex..<position
                end = position + length
                goesOn = false
                return
            } else {
                position += 1
            }
        }
        content = bytes.startIndex..<(endsInBackslash ? bytes.endIndex - 1 : bytes.endIndex)
        end = nil
        goesOn = quote.isTriple || endsInBackslash
    }

    static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") }
}
