/// Whether a file is one whole `.tar.gz`: gzip to its trailer, with its checksum and length (RFC 1952), and in it a tar
/// archive up to the mark that ends one. Nothing is kept of what is unpacked, however much it is.
struct TarGzip {
    /// What is wrong with it, as a clause that reads on after its name; nil if it is whole.
    /// - Parameter file: open for reading; it stays the caller's, but not its position.
    static func fault(of file: Int32) -> String? {
        guard let packed = GzipReader(file) else { return "cannot be unpacked: there is no memory" }
        var archive = TarEnd()
        while true {
            let bytes = packed.next(upTo: 64 << 10)
            if packed.isPlain { return "is no gzip file" }
            if bytes.isEmpty { break }
            guard archive.take(bytes[...]) else { return "holds no tar archive" }
        }
        if let damage = packed.damage { return "is cut or damaged (\(damage))" }
        return archive.isWhole ? nil : "holds a tar archive that lacks its end"
    }
}

/// Goes through a tar archive, header by header, to its end; the format is documented in GNU tar's manual, "Basic Tar
/// Format".
private struct TarEnd {
    private static let block = 512
    private var header: [UInt8] = []
    /// Bytes of a member's content, and of what fills its last block.
    private var skipping: Int64 = 0
    private(set) var isWhole = false

    /// - Returns: whether it can be a tar archive so far.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        // Behind the end comes what fills the last record.
        while !rest.isEmpty, !isWhole {
            if skipping > 0 {
                let count = min(skipping, Int64(rest.count))
                skipping -= count
                rest = rest.dropFirst(Int(count))
                continue
            }
            let part = rest.prefix(TarEnd.block - header.count)
            header += part
            rest = rest.dropFirst(part.count)
            guard header.count == TarEnd.block else { continue }
            if header.allSatisfy({ $0 == 0 }) {
                isWhole = true
            } else {
                guard let size = TarHeader.size(header) else { return false }
                skipping = (size + 511) / 512 * 512
            }
            header.removeAll(keepingCapacity: true)
        }
        return true
    }
}

private enum TarHeader {
    /// Of the content behind it; nil if this is no header.
    static func size(_ header: [UInt8]) -> Int64? {
        // In the sum, the sum itself counts as blanks.
        let sum = header.indices.reduce(Int64(0)) { $0 + ((148..<156).contains($1) ? 0x20 : Int64(header[$1])) }
        guard number(header[148..<156]) == sum, let size = number(header[124..<136]), (0..<1 << 50).contains(size)
        else { return nil }
        return size
    }

    /// Octal digits, or, with the highest bit set, the rest as one big-endian number.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            return field.suffix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
