import Glibc

extension String {
    /// The lines of a small file, each given to `line` first.
    init(contentsOfLines path: String, _ line: (String) -> String) throws {
        guard let file = fopen(path, "r") else { throw FileMissing(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        self = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { line(String($0)) }.joined(separator: "\n")
    }
}

struct FileMissing: Error { let path: String }
