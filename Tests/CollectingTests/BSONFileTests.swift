import Glibc
import Testing

@testable import Collecting

@Suite struct `A collection's dump` {
    /// Of elements, with the length before them and the end behind them.
    private func document(_ elements: [UInt8]) -> [UInt8] {
        [UInt8(elements.count + 5), 0, 0, 0] + elements + [0]
    }

    private func text(_ bytes: [UInt8]) -> [UInt8] {
        [2] + Array("t\0".utf8) + [UInt8(bytes.count + 1), 0, 0, 0] + bytes + [0]
    }

    private func inner(_ document: [UInt8], isArray: Bool = false) -> [UInt8] {
        [isArray ? 4 : 3] + Array("i\0".utf8) + document
    }

    private func finding(in content: [UInt8]) -> BSONFile.Finding {
        let folder = TemporaryFolder()
        let file = open(folder.write("", to: "dump"), O_RDWR)
        defer { close(file) }
        #expect(write(file, content, content.count) == content.count)
        lseek(file, 0, SEEK_SET)
        return BSONFile.check(file)
    }

    @Test func `is whole when the lengths of all its documents lead to its end, whatever stands in them`() {
        let whole = document(inner(document(text([0xff, 0xfe]))) + inner(document([]), isArray: true) + text([]))
        #expect(finding(in: []) == .whole(documents: 0))
        #expect(finding(in: whole + whole) == .whole(documents: 2))
    }

    @Test func `is broken where a document ends early, also one that lies in another`() {
        let whole = document(text([0x61]))
        for length in 1..<whole.count {
            #expect(finding(in: whole + whole.prefix(length)) == .broken(documents: 1, offset: UInt64(whole.count)))
        }
        // Zeros in the place of what had not come to the disk.
        for zeros in [inner([13, 0, 0, 0] + [UInt8](repeating: 0, count: 9)), [UInt8](repeating: 0, count: 16)] {
            #expect(finding(in: whole + document(zeros)) == .broken(documents: 1, offset: UInt64(whole.count)))
        }
    }

    @Test func `is broken where documents lie deeper in one another than a server would take them`() {
        func nested(_ depth: Int) -> [UInt8] {
            var document: [UInt8] = [5, 0, 0, 0, 0]
            for _ in 0..<depth {
                let elements = inner(document)
                let length = withUnsafeBytes(of: UInt32(elements.count + 5).littleEndian) { Array($0) }
                document = length + elements + [0]
            }
            return document
        }
        #expect(finding(in: nested(100)) == .whole(documents: 1))
        #expect(finding(in: nested(300)) == .broken(documents: 0, offset: 0))
    }
}
