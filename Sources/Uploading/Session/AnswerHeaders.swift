/// The header fields of an answer, of bounded size.
struct AnswerHeaders {
    static let largest = 32 << 10

    /// Names in lower case; of a repeated field the last.
    private(set) var fields: [String: String] = [:]
    private var size = 0

    /// - Parameter line: one line as it came, status lines included.
    /// - Returns: false when it is too much.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        size += line.count
        guard size <= AnswerHeaders.largest else { return false }
        if line.starts(with: "HTTP/".utf8) {
            // Interim answers (1xx) come before the real one, each with its own fields.
            fields.removeAll()
            return true
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = String(decoding: UnsafeRawBufferPointer(rebasing: line[..<colon]), as: UTF8.self).lowercased()
        let value = line[(colon + 1)...].trimmingBlanks
        fields[name] = String(decoding: UnsafeRawBufferPointer(rebasing: value), as: UTF8.self)
        return true
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var trimmingBlanks: Self {
        func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0d, 0x0a].contains(byte) }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }
}
