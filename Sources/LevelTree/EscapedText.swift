/// Text for people, made from bytes that may be anything.
///
/// Printable UTF-8 stays as it is. Control characters, bytes that are not UTF-8, and the backslash become `\xNN`, so a
/// message or a terminal never receives a newline or an escape sequence out of a file name, and two different names
/// never read alike.
public func escapedText(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    var text = ""
    var position = 0
    while position < bytes.count {
        let length = scalarLength(bytes[position...])
        guard length > 0, let part = String(validating: bytes[position..<position + length], as: UTF8.self) else {
            text += escapedByte(bytes[position])
            position += 1
            continue
        }
        text += part.unicodeScalars.allSatisfy(isPlain) ? part : part.utf8.map(escapedByte).joined()
        position += length
    }
    return text
}

/// How many bytes the UTF-8 sequence at the start would take, judged by its first byte; 0 if it cannot start one.
private func scalarLength(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let first = bytes.first else { return 0 }
    let length =
        switch first {
        case 0x00...0x7f: 1
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: 0
        }
    return length <= bytes.count ? length : 0
}

private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar != "\\" else { return false }
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: return false
    // Marks that turn the direction of the text around them: a name must not be able to disguise itself.
    case 0x200e, 0x200f, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: return false
    default: return true
    }
}

private func escapedByte(_ byte: UInt8) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = "\\x"
    text.unicodeScalars.append(digits[Int(byte >> 4)])
    text.unicodeScalars.append(digits[Int(byte & 15)])
    return text
}
