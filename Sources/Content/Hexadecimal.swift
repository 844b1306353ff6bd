private let digits = Array("0123456789abcdef".utf8)

/// Lower-case hexadecimal digits, two a byte.
public func hexText(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes that lower-case hexadecimal digits stand for; nil for anything else, an odd number of digits included.
public func bytes(fromHex text: String) -> [UInt8]? {
    let text = Array(text.utf8)
    guard text.count.isMultiple(of: 2) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 2)
    for position in stride(from: 0, to: text.count, by: 2) {
        guard let high = value(text[position]), let low = value(text[position + 1]) else { return nil }
        result.append(high << 4 | low)
    }
    return result
}

private func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
}
