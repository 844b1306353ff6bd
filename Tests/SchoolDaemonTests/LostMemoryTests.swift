import Collecting
import Foundation
import LevelTree
import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("What was collected before, in a database that cannot be read")
struct LostMemoryTests {
    @Test("fails the logs that are followed by it: no line is taken twice, and with it they go on")
    func logs() async throws {
        let made = try MadeSchool()
        let log = "data/nginx-logs/access.log"
        let line = #"10.0.0.1 - - [16/Aug/2018:15:30:00 +0530] "GET / HTTP/1.1" 200 5"# + "\n"
        let more = line.replacingOccurrences(of: "15:30", with: "15:31")
        try made.file(log, line)
        let school = try School(made.settings)
        let identity = SchoolIdentity(
            serverID: try ServerID("mz150"), schoolCode: try SchoolCode("2039150"), schoolName: "Made-up H/S")
        let staging = try school.openStaging(identity)
        func collect() async throws -> DatasetReport {
            let report = try await school.collect([.of("nginx-logs")], as: identity, into: staging, observer: { _ in })
            return try #require(report.datasets.first)
        }
        func staged() throws -> [String] {
            let tree = made.root + "/staging/tree"
            let days = try FileManager.default.subpathsOfDirectory(atPath: tree).filter {
                $0.hasSuffix("-20180816.log")
            }
            return try days.map { try String(contentsOfFile: tree + "/" + $0, encoding: .utf8) }
        }
        guard case .published = try await collect().ending else {
            Issue.record("nothing was collected")
            return
        }
        #expect(try staged() == [line])

        try made.file(log, line + more)
        try staging.write { try $0.execute(sql: "ALTER TABLE memory RENAME TO mislaid") }
        guard case .failed(let reason, .io) = try await collect().ending else {
            Issue.record("it was collected without what it remembers")
            return
        }
        #expect(reason.hasPrefix("what the last collection of nginx-logs came to cannot be read"))
        #expect(try staged() == [line])

        try staging.write { try $0.execute(sql: "ALTER TABLE mislaid RENAME TO memory") }
        guard case .published = try await collect().ending else {
            Issue.record("it does not go on")
            return
        }
        #expect(try staged() == [line + more])
    }
}
