/// The command line of a `tar` inside that writes files of one folder to standard output.
///
/// The engine is told a command line as JSON, in which each byte that is no UTF-8 becomes U+FFFD: `tar` would look for
/// another name. Such names are spelled in ASCII, and a shell inside makes bytes of them again.
enum TarCommand {
    private static let words = ["tar", "--format=gnu", "--hard-dereference", "--no-recursion", "-c", "-f", "-"]

    /// POSIX's `printf`; names end with NUL, since they may hold newlines.
    private static let spelling =
        #"folder=$1; shift; for name; do printf '%b\0' "$name"; done | "# + words.joined(separator: " ")
        + #" -C "$folder" --null --no-unquote -T -"#

    /// - Parameter names: below the folder.
    static func arguments(_ folder: String, _ names: [[UInt8]]) -> [[UInt8]] {
        // "./" keeps a name that begins with a hyphen from being an option.
        let names = names.map { Array("./".utf8) + $0 }
        if names.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }) {
            return (words + ["-C", folder]).map { Array($0.utf8) } + names
        }
        return ["sh", "-c", spelling, "sh", folder].map { Array($0.utf8) } + names.map(spelled)
    }

    /// `\0351` for a byte above ASCII, as `%b` reads it.
    private static func spelled(_ name: [UInt8]) -> [UInt8] {
        name.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "\\"): Array(#"\\"#.utf8)
            case 0x80...: Array(#"\0"#.utf8) + Array(String(byte, radix: 8).utf8)
            default: [byte]
            }
        }
    }
}
