import Terminal
import Testing

@Suite struct ExitStatusTests {
    @Test func `the codes are those of the contract`() {
        let codes = ExitStatus.allCases.map(\.rawValue)
        #expect(codes == [0, 1, 64, 65, 69, 74, 75, 77, 78])
    }

    @Test func `damage outweighs failure, failure outweighs partial, and the first failure stays`() {
        #expect(ExitStatus.ok.joined(with: .partial) == .partial)
        #expect(ExitStatus.partial.joined(with: .ok) == .partial)
        #expect(ExitStatus.partial.joined(with: .io) == .io)
        #expect(ExitStatus.io.joined(with: .notNow) == .io)
        #expect(ExitStatus.notNow.joined(with: .damaged) == .damaged)
        #expect(ExitStatus.damaged.joined(with: .io) == .damaged)
    }
}
