import Glibc

/// Reads a tar archive in GNU's old format from an open file; the format is documented in GNU tar's manual, "Basic Tar
/// Format". It comes out of the container and may be anything: nothing is unpacked here, only told.
struct TarArchive {
    struct Member: Sendable {
        let name: [UInt8]
        let isFile: Bool
        let size: Int64
        /// When it was changed, in whole seconds.
        let seconds: Int64
        /// Where its content begins in the archive.
        let offset: Int64
    }

    /// No such archive, or one that was cut.
    struct Fault: Error {}

    private let descriptor: Int32
    private var position: Int64 = 0
    private static let block = 512
    /// The longest path that Linux takes, and its NUL.
    private static let longestName: Int64 = 4097

    /// - Parameter descriptor: stays the caller's.
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// - Returns: nil at the mark that ends an archive.
    mutating func next() throws(Fault) -> Member? {
        var longName: [UInt8]?
        while true {
            let header = try read(TarArchive.block)
            if header.allSatisfy({ $0 == 0 }) { return nil }
            guard TarArchive.isHeader(header), let size = TarArchive.number(header[124..<136]), size >= 0,
                size < 1 << 50, let seconds = TarArchive.number(header[136..<148])
            else { throw Fault() }
            let offset = position
            position += (size + 511) / 512 * 512
            let type = header[156]
            if type == UInt8(ascii: "L") {
                guard size <= TarArchive.longestName else { throw Fault() }
                longName = Array(try read(Int(size), at: offset).prefix { $0 != 0 })
                continue
            }
            let name = longName ?? Array(header[..<100].prefix { $0 != 0 })
            let isFile = type == UInt8(ascii: "0") || type == 0
            return Member(name: name, isFile: isFile, size: size, seconds: seconds, offset: offset)
        }
    }

    private mutating func read(_ count: Int) throws(Fault) -> [UInt8] {
        let bytes = try read(count, at: position)
        position += Int64(count)
        return bytes
    }

    private func read(_ count: Int, at offset: Int64) throws(Fault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard got == count else { throw Fault() }
        return bytes
    }

    /// The sum of its bytes, in which the sum itself counts as blanks, stands in the header.
    private static func isHeader(_ header: [UInt8]) -> Bool {
        let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 0x20 : Int64(header[$1])) }
        return number(header[148..<156]) == sum && header[257..<263].elementsEqual("ustar ".utf8)
    }

    /// Octal digits, or, with the highest bit set, the rest as one big-endian number.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            // Nothing that is needed is longer than eight bytes; 0xff begins a negative number.
            return field.suffix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
