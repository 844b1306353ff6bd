import CLinux
import Foundation
import Glibc
import Testing

struct UnmappedPagesTests {
    /// Where the code of the C library's mathematics lies, of which next to nothing runs here.
    private func code() throws -> (address: UInt, size: Int, resident: Int) {
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        let lines = text.split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.contains(" r-xp ") && $0.contains("/libm.so") })
        let range = lines[start].prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
        let resident = try #require(lines[start...].first { $0.hasPrefix("Rss:") }).filter(\.isNumber)
        try #require(range.count == 2)
        return (range[0], Int(range[1] - range[0]), try #require(Int(resident)) << 10)
    }

    @Test func `code that nothing runs is no longer resident, and is there again when it is needed`() throws {
        // Loaded here, if nothing did before.
        _ = try #require(dlopen("libm.so.6", RTLD_NOW))
        let (address, size, _) = try code()
        func sum() throws -> UInt64 {
            let bytes = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: size)
            return bytes.reduce(0) { $0 &* 31 &+ UInt64($1) }
        }
        let before = try sum()
        clinux_unmap_clean_pages()
        #expect(try code().resident < size / 2)
        #expect(try sum() == before)
    }
}
