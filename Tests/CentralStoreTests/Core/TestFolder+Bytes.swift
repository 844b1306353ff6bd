import Glibc
import Testing

@testable import CentralStore

extension TestFolder {
    func bytes(_ inner: String) throws -> [UInt8] {
        let file = try OpenFile(path(inner), flags: O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: Int(try file.length()))
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        #expect(count == bytes.count)
        return bytes
    }

    func write(_ bytes: [UInt8], to inner: String) throws {
        let file = try OpenFile(path(inner), flags: O_WRONLY | O_CREAT | O_TRUNC)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
    }
}
