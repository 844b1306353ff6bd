import CentralStore
import Testing

@Suite struct TreeSpeedTests {
    /// A school's `rcs-repo`: 12,500 files in 8,700 folders.
    private static let repository = (0..<12_500).map { number in
        FakeFile("hash/\(number % 87)/\(number % 8_700)/\(number).json,v", "head 1.1; \(number)")
    }

    @Test func `a repository of 12,500 files whose content is known is shown within two seconds`() throws {
        let bench = try ViewBench(in: Machine.quickFolder)
        let view = try bench.view()
        try view.publish(bench.source.commit("rcs-repo", Self.repository), from: bench.source)
        let reads = bench.source.readCount
        // The best of three, since other tests run on the same processors.
        let times = try (1...3).map { round in
            let files = Self.repository + [FakeFile("new/\(round)", "\(round)")]
            let snapshot = try bench.source.commit("rcs-repo", files)
            return try ContinuousClock().measure { try view.publish(snapshot, from: bench.source) }
        }
        #expect(try #require(times.min()) < .seconds(2))
        #expect(bench.source.readCount == reads + 3)
    }
}
