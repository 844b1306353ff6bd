import CentralStore
import Testing

@Suite struct TreeReadingTests {
    /// A school's `rcs-repo`: 12,500 files in 8,700 folders.
    private static let repository = (0..<12_500).map { number in
        FakeFile("hash/\(number % 87)/\(number % 8_700)/\(number).json,v", "head 1.1; \(number)")
    }

    @Test func `a repository of 12,500 files is shown anew by reading nothing but what is new`() throws {
        let bench = try ViewBench(in: Machine.quickFolder)
        let view = try bench.view()
        try view.publish(bench.source.commit("rcs-repo", Self.repository), from: bench.source)
        let reads = bench.source.readCount
        let snapshot = try bench.source.commit("rcs-repo", Self.repository + [FakeFile("new/file", "new")])
        try view.publish(snapshot, from: bench.source)
        #expect(bench.source.readCount == reads + 1)
    }
}
