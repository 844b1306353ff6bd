/// A JSON value (RFC 8259) in a spelling that equal values share: it is hashed, and never read again.
///
/// No white space, keys sorted by their bytes, of texts only quote and backslash escaped. A number is what it is worth, as
/// far as 64 bits tell.
struct JSONSpelling {
    /// As deep as Foundation reads.
    private static let deepest = 512

    private let text: [UInt8]
    private var position = 0
    private(set) var bytes: [UInt8] = []

    /// Nil if this is not one value, with white space around it at most.
    init?(of text: [UInt8]) {
        guard (try? UTF8Span(validating: text.span)) != nil else { return nil }
        self.text = text
        skipSpace()
        guard takeValue(depth: 0) else { return nil }
        skipSpace()
        guard position == text.count else { return nil }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipSpace() {
        while let next, JSONSpelling.isSpace(next) { position += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func takeValue(depth: Int) -> Bool {
        guard depth < JSONSpelling.deepest, let next else { return false }
        switch next {
        case UInt8(ascii: "{"): return takeObject(depth)
        case UInt8(ascii: "["): return takeList(depth)
        case UInt8(ascii: "\""): return takeText()
        case UInt8(ascii: "t"): return takeWord("true")
        case UInt8(ascii: "f"): return takeWord("false")
        case UInt8(ascii: "n"): return takeWord("null")
        default: return takeNumber()
        }
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard text[position...].starts(with: word) else { return false }
        position += word.count
        bytes += word
        return true
    }
}

// MARK: - Containers

extension JSONSpelling {
    private mutating func takeList(_ depth: Int) -> Bool {
        takeItems(from: "[", to: "]") { $0.takeValue(depth: depth + 1) }
    }

    /// Where the parts of a member stand in the spelling; a record may have very many.
    private struct Member {
        let key: UInt32
        let value: UInt32
        let end: UInt32
    }

    private mutating func takeObject(_ depth: Int) -> Bool {
        var members: [Member] = []
        let start = bytes.count + 1
        let isWhole = takeItems(from: "{", to: "}") { spelling in
            let key = UInt32(spelling.bytes.count)
            guard spelling.next == UInt8(ascii: "\""), spelling.takeText() else { return false }
            let value = UInt32(spelling.bytes.count)
            spelling.skipSpace()
            guard spelling.skip(":") else { return false }
            spelling.skipSpace()
            guard spelling.takeValue(depth: depth + 1) else { return false }
            members.append(Member(key: key, value: value, end: UInt32(spelling.bytes.count)))
            return true
        }
        if isWhole, members.count > 1 { sort(&members, from: start) }
        return isWhole
    }

    private mutating func sort(_ members: inout [Member], from start: Int) {
        func key(_ member: Member) -> ArraySlice<UInt8> { bytes[Int(member.key)..<Int(member.value)] }
        members.sort { key($0).lexicographicallyPrecedes(key($1)) }
        var sorted: [UInt8] = []
        sorted.reserveCapacity(bytes.count - start)
        for member in members {
            sorted += bytes[Int(member.key)..<Int(member.end)]
            sorted.append(UInt8(ascii: ","))
        }
        bytes.replaceSubrange(start..<bytes.count - 1, with: sorted)
    }

    /// Each item ends with a comma in the spelling, the last one too.
    private mutating func takeItems(
        from open: Unicode.Scalar, to close: Unicode.Scalar, _ takeItem: (inout JSONSpelling) -> Bool
    ) -> Bool {
        guard skip(open) else { return false }
        bytes.append(UInt8(ascii: open))
        skipSpace()
        if !skip(close) {
            repeat {
                skipSpace()
                guard takeItem(&self) else { return false }
                bytes.append(UInt8(ascii: ","))
                skipSpace()
            } while skip(",")
            guard skip(close) else { return false }
        }
        bytes.append(UInt8(ascii: close))
        return true
    }
}

// MARK: - Texts

extension JSONSpelling {
    private mutating func takeText() -> Bool {
        position += 1
        bytes.append(UInt8(ascii: "\""))
        while let next, next >= 0x20 {
            position += 1
            switch next {
            case UInt8(ascii: "\""):
                bytes.append(next)
                return true
            case UInt8(ascii: "\\"):
                guard takeEscape() else { return false }
            default: bytes.append(next)
            }
        }
        return false
    }

    /// What follows a backslash.
    private mutating func takeEscape() -> Bool {
        guard let next else { return false }
        position += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), next]
        case UInt8(ascii: "/"): bytes.append(next)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"): return takeCodePoint()
        default: return false
        }
        return true
    }

    /// One half of a surrogate pair alone is no character, but the platform reads and writes it: it becomes three bytes
    /// that no character has.
    private mutating func takeCodePoint() -> Bool {
        guard var point = takeHexadecimal() else { return false }
        if 0xD800..<0xDC00 ~= point, text[position...].starts(with: "\\u".utf8) {
            let end = position
            position += 2
            guard let low = takeHexadecimal() else { return false }
            if 0xDC00..<0xE000 ~= low {
                point = 0x10000 + (point - 0xD800) << 10 + (low - 0xDC00)
            } else {
                position = end
            }
        }
        if point == 0x22 || point == 0x5C { bytes.append(UInt8(ascii: "\\")) }
        func last(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(point >> shift & 0x3F) }
        switch point {
        case ..<0x80: bytes.append(UInt8(point))
        case ..<0x800: bytes += [0xC0 | UInt8(point >> 6), last(0)]
        case ..<0x10000: bytes += [0xE0 | UInt8(point >> 12), last(6), last(0)]
        default: bytes += [0xF0 | UInt8(point >> 18), last(12), last(6), last(0)]
        }
        return true
    }

    private mutating func takeHexadecimal() -> UInt32? {
        guard position + 4 <= text.count else { return nil }
        let digits = text[position..<position + 4].map { Character(Unicode.Scalar($0)).hexDigitValue }
        position += 4
        return digits.reduce(0) { value, digit in value.flatMap { value in digit.map { value << 4 | UInt32($0) } } }
    }
}

// MARK: - Numbers

extension JSONSpelling {
    private mutating func takeNumber() -> Bool {
        let start = position
        _ = skip("-")
        if !skip("0"), takeDigits() == 0 { return false }
        if skip("."), takeDigits() == 0 { return false }
        if skip("e") || skip("E") {
            _ = skip("-") || skip("+")
            if takeDigits() == 0 { return false }
        }
        let spelled = String(decoding: text[start..<position], as: UTF8.self)
        let value = Double(spelled) ?? 0
        bytes += "\(Int64(spelled).map(\.description) ?? Int64(exactly: value)?.description ?? "\(value)")".utf8
        return true
    }

    private mutating func takeDigits() -> Int {
        let start = position
        while let next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= next { position += 1 }
        return position - start
    }
}
