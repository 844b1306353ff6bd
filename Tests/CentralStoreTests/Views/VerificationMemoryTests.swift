import Content
import Testing

@testable import CentralStore

@Suite struct VerificationMemoryTests {
    /// Which of these numbers' ids are new to the memory.
    private func new(_ numbers: Range<Int>, _ memory: inout VerificationMemory) -> Int {
        var count = 0
        for number in numbers where memory.insert(ChunkID(hashing: Array("\(number)".utf8))) { count += 1 }
        return count
    }

    @Test func `each id is new once, through many growths of the table`() {
        var memory = VerificationMemory()
        #expect(new(0..<20_000, &memory) == 20_000)
        #expect(new(0..<20_000, &memory) == 0)
        #expect(memory.count == 20_000)
    }

    @Test func `past its limit it forgets instead of growing`() {
        var memory = VerificationMemory(limit: 100)
        #expect(new(0..<200, &memory) == 200)
        #expect(memory.count == 100)
        #expect(new(0..<200, &memory) == 100)
    }
}
