import Collecting
import Foundation
import LevelTree
import Settings
import Synchronization
import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("The time becomes known", .timeLimit(.minutes(10)))
struct TimeLearnedTests {
    private let made: MadeSchool
    private let hand: HandClock
    private let school: School
    /// What waits for its turn must not take a thread from the tests.
    private let lanes = LaneQueue()
    /// 2026-12-20 in India; 2000-01-01.
    private static let december: Int64 = 1_797_750_000, batteryless: Int64 = 946_684_800
    private static let february = december + 50 * 86_400
    private let logs = Dataset.of("nginx-logs"), exports = Dataset.of("gstudio-logs")

    init() throws {
        made = try MadeSchool()
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        hand = HandClock(now: Self.december, bootID: "b1")
        school = try School(settings, clock: hand.clock)
    }

    /// Every line is of the same day, so that all belong into one file.
    private func log(_ count: Int) throws {
        let lines = (1...count).map { #"10.0.0.\#($0) - - [20/Dec/2026:10:00:00 +0530] "GET / HTTP/1.1" 200 5"# + "\n" }
        try made.file("data/nginx-logs/access.log", lines.joined())
    }

    @discardableResult
    private func collect(_ dataset: Dataset) async throws -> (Staging, CollectionReport) {
        let staging = try school.openStaging(school.identity())
        return (staging, try await school.collect([dataset], as: school.identity(), into: staging) { _ in })
    }

    /// Which of the lines the tree has of a year.
    private func lines(_ year: Int) throws -> [String] {
        let place = try school.identity().levelTwo(Year(year))
        let path = "\(made.root)/staging/tree/\(place)/gstudio/nginx-logs/access-20261220.log"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(separator: "\n").map { String($0.split(separator: " ")[0].dropFirst("10.0.0.".count)) }
    }

    /// It is another's turn at staging, as while a pass writes a large dataset.
    /// - Returns: what ends it.
    private func othersTurn(_ staging: Staging) -> () -> Void {
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let school = school
        Thread.detachNewThread {
            school.shared.inTurn {
                staging.passing.withLock { _ in
                    begun.signal()
                    end.wait()
                }
            }
        }
        begun.wait()
        return { end.signal() }
    }

    @Test("and each line of a log is in the year in which it was collected, and in no other")
    func eachLineOnce() async throws {
        try log(1)
        try await collect(logs)
        for (boot, count) in [("b2", 2), ("b3", 3)] {
            hand.boot(boot, now: Self.batteryless)
            try log(count)
            try await collect(logs)
        }
        let (staging, _) = try await collect(logs)
        #expect(try staging.heldGenerations().count == 2)
        // Of the boot before, nothing tells; so it stays in the year before.
        try school.learn(storeSeconds: Self.february, at: hand.bootSeconds, staging)
        #expect(try lines(2026) == ["1", "2"])
        #expect(try lines(2027) == ["3"])
        try log(4)
        try await collect(logs)
        #expect(try lines(2026) == ["1", "2"])
        #expect(try lines(2027) == ["3", "4"])
    }

    @Test("while something is gathered by a memory that then goes to another year: nothing of it is lost")
    func betweenGatheringAndStaging() async throws {
        try log(1)
        try await collect(logs)
        hand.boot("b2", now: Self.batteryless)
        try log(2)
        let (staging, _) = try await collect(logs)
        try log(3)

        let endOthersTurn = othersTurn(staging)
        let collecting = Task(executorPreference: lanes) { try await collect(logs) }
        // Its lines are there when it has read its memory, and waits for its turn.
        let scratch = school.scratch
        while (try? FileManager.default.subpathsOfDirectory(atPath: scratch).contains { $0.hasSuffix("/0") }) != true {
            try await Task.sleep(for: .milliseconds(20))
        }
        try school.learn(storeSeconds: Self.february, at: hand.bootSeconds, staging)
        endOthersTurn()
        let (_, report) = try await collecting.value
        #expect(report.hasNews)
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try lines(2026) == ["1"])
        #expect(try lines(2027) == ["2", "3"])
    }

    @Test("while something else is gathered: it is filed when it is staged")
    func filedWhenStaged() async throws {
        try made.file("data/gstudio-logs/export.log", "one\n")
        try await collect(exports)
        hand.boot("b2", now: Self.batteryless)
        try made.file("data/gstudio-logs/export.log", "one\ntwo\n")
        let staging = try school.openStaging(school.identity())
        let endOthersTurn = othersTurn(staging)
        let collecting = Task(executorPreference: lanes) { try await collect(exports) }
        try await Task.sleep(for: .milliseconds(300))
        try school.learn(storeSeconds: Self.february, at: hand.bootSeconds, staging)
        endOthersTurn()
        _ = try await collecting.value
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try staging.currentGenerations().map(\.year.number) == [2026, 2027])
        #expect(try staging.pendingGenerations().last?.startedMilliseconds == Self.february * 1000)
    }

    @Test("by the store, and what was gathered under a clock of another year that was believed is not filed there")
    func believedWrongly() async throws {
        let heartbeat = Dataset.of("system-heartbeat")
        hand.set(Self.december + 200 * 86_400)
        let staging = try school.openStaging(school.identity())
        let endOthersTurn = othersTurn(staging)
        let collecting = Task(executorPreference: lanes) { try await collect(heartbeat) }
        try await Task.sleep(for: .milliseconds(300))
        try school.learn(storeSeconds: Self.december, at: hand.bootSeconds, staging)
        endOthersTurn()
        _ = try await collecting.value
        #expect(try staging.currentGenerations().map(\.year.number) == [2026])
        let newest = try #require(try staging.currentGenerations().first)
        #expect(try staging.paths(newest) == ["system-heartbeat-20261220-123000.log"])
    }

    @Test("and an upload that is told it waits for no pass; the pass files what was held, which is news")
    func noWaiting() async throws {
        try made.file("data/gstudio-logs/export.log", "one\n")
        hand.boot("b2", now: Self.batteryless)
        let (staging, _) = try await collect(exports)
        let asked = Mutex(0)
        let watch = WorkWatch(allowing: 100) { [hand] in
            asked.withLock { $0 += 1 }
            return hand.bootSeconds
        }
        let endOthersTurn = othersTurn(staging)
        try school.watched(by: watch).learn(storeSeconds: Self.february, at: hand.bootSeconds, staging)
        #expect(try staging.heldGenerations().count == 1)

        // Who has to wait for its turn is not counted as stuck.
        let collecting = Task(executorPreference: lanes) {
            try await school.watched(by: watch).collect([exports], as: school.identity(), into: staging) { _ in }
        }
        // When it was begun, and when it begins to wait.
        while asked.withLock({ $0 }) < 2 { try await Task.sleep(for: .milliseconds(20)) }
        hand.pass(1000)
        #expect(!watch.isOver)
        endOthersTurn()
        let report = try await collecting.value
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try staging.pendingGenerations().map(\.year.number) == [2027])
        #expect(report.hasFiled)
        #expect(report.hasNews)
    }

    @Test("from the store once, is kept, and is read again only where another program may have been told it")
    func kept() async throws {
        var staging: Staging? = try school.openStaging(school.identity())
        try school.learn(storeSeconds: Self.february, at: hand.bootSeconds, #require(staging))
        #expect(school.storeTime?.seconds == Self.february)
        try school.files.write(
            [UInt8](#"{"boot_id":"b1","boot_seconds":100,"seconds":\#(Self.december)}"#.utf8), as: .storeTime)
        #expect(school.storeTime?.seconds == Self.february)
        staging = nil
        staging = try school.openStaging(school.identity())
        #expect(school.storeTime?.seconds == Self.december)
        _ = staging
    }
}

extension Staging {
    fileprivate func paths(_ generation: Generation) throws -> [String] {
        var paths: [String] = []
        try forEachEntry(of: generation) { paths.append(String(decoding: $0.entry.path.bytes, as: UTF8.self)) }
        return paths
    }
}
