/// The MD5 file beside an archive, in whatever form the tool at hand wrote it.
///
/// | written by | looks like |
/// |---|---|
/// | a script | the bare digits |
/// | md5sum(1), FCIV | the digits, then the file's name |
/// | Windows' `certutil -hashfile F MD5` | a line with the name, a line with the digits, in pairs or not, a line of praise |
enum ChecksumText {
    /// In bytes; more is no such file.
    static let longest = 64 << 10

    /// The 32 digits, lower case; nil if there are none. Where there are several, those on a line that names the archive.
    static func digits(_ text: [UInt8], archive name: [UInt8]) -> String? {
        // PowerShell's `>` writes UTF-16; of what is in here, every other byte is 0 then.
        let plain = text.filter { $0 != 0 && $0 < 0x80 }
        let found = plain.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }).compactMap { line in
            digits(onLine: line).map { (digits: $0, isNamed: line.firstRange(of: name) != nil) }
        }
        return (found.first { $0.isNamed } ?? found.first)?.digits
    }

    private static func digits(onLine line: ArraySlice<UInt8>) -> String? {
        let words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
        // md5sum puts a backslash before the digits where the name has to be quoted.
        let first = words.first.map { $0.first == UInt8(ascii: "\\") ? $0.dropFirst() : $0 }
        for candidate in [words.flatMap { $0 }, Array(first ?? [])] {
            let digits = candidate.map(lowercased)
            guard digits.count == 32, digits.allSatisfy(isDigit) else { continue }
            return String(decoding: digits, as: UTF8.self)
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
