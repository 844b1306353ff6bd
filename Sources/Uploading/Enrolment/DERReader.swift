/// Walks over DER elements (ITU-T X.690, 8.1 and 10.1): tag, length, content.
///
/// Only what finding a certificate's key needs: single-byte tags and definite, minimal lengths. Reads nothing beyond the
/// bytes it is given and copies nothing.
struct DERReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    struct Element: Equatable {
        let tag: UInt8
        /// Tag and length included.
        let whole: ArraySlice<UInt8>
        let content: ArraySlice<UInt8>
    }

    /// The next element, or nil when what follows is none.
    mutating func next() -> Element? {
        let start = rest.startIndex
        guard rest.count >= 2, rest[start] & 0x1f != 0x1f else { return nil }
        guard let (length, header) = length(at: start + 1) else { return nil }
        let contentStart = start + 1 + header
        guard length <= rest.endIndex - contentStart else { return nil }
        let end = contentStart + length
        defer { rest = rest[end...] }
        return Element(tag: rest[start], whole: rest[start..<end], content: rest[contentStart..<end])
    }

    /// The next element if it carries this tag.
    mutating func next(tagged tag: UInt8) -> Element? {
        guard rest.first == tag else { return nil }
        return next()
    }

    /// - Returns: the content's length and how many bytes the length field itself takes.
    private func length(at index: Int) -> (length: Int, header: Int)? {
        let first = rest[index]
        if first < 0x80 { return (Int(first), 1) }
        let count = Int(first & 0x7f)
        // Three bytes are 16 MiB; 0x80 is BER's indefinite form, which DER forbids.
        guard (1...3).contains(count), rest.endIndex - (index + 1) >= count else { return nil }
        let digits = rest[(index + 1)..<(index + 1 + count)]
        let length = digits.reduce(0) { $0 << 8 | Int($1) }
        guard digits.first != 0, length >= 0x80 else { return nil }
        return (length, 1 + count)
    }
}
