import Collecting
import LevelTree
import Settings
import Synchronization
import Terminal
import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("A collection pass")
struct CollectionPassTests {
    private let heartbeat = Dataset.of("heartbeat")
    private let db = Dataset.of("db")
    private let media = Dataset.of("media")

    /// Everything that a pass did, in order.
    private final class Diary: Sendable {
        let entries = Mutex<[String]>([])
        func write(_ entry: String) { entries.withLock { $0.append(entry) } }
        var read: [String] { entries.withLock { $0 } }
    }

    private func pass(
        _ collectors: [any Collector], settings: CollectdSettings = CollectdSettings(),
        standing: [Dataset: Generation] = [:], boot: Box<Mutex<Double>> = Box(Mutex(0)),
        stage: @escaping CollectionPass.Stage = { dataset, _, _, _ in result(.published(try .made(dataset))) }
    ) throws -> CollectionPass {
        let identity = SchoolIdentity(
            serverID: try ServerID("mz150"), schoolCode: try SchoolCode("2039150"), schoolName: "Made-up H/S")
        return CollectionPass(
            settings: settings, collectors: collectors,
            context: { moment, _ in
                CollectionContext(
                    sources: settings.source, identity: identity, now: moment.now, isClockTrusted: moment.isTrusted,
                    scratch: "/nonexistent", containerCache: "/nonexistent")
            },
            moment: {
                try CollectionMoment(
                    now: FileTime(seconds: 1_800_000_000, nanoseconds: 0), bootSeconds: 1, zone: .india,
                    latestTrusted: nil)
            },
            bootSeconds: { boot.value.withLock { $0 } }, standing: { standing[$0] }, stage: stage)
    }

    @Test("takes the datasets in the order of sending, whatever order they come in")
    func order() async throws {
        let diary = Diary()
        let pass = try pass([media, db, heartbeat].map { FakeCollector(dataset: $0) }) { dataset, _, moment, _ in
            diary.write("\(dataset) \(moment.year)")
            return result(.published(try .made(dataset)))
        }
        let reports = await pass.run()
        #expect(diary.read == ["system-heartbeat 2027", "db 2027", "media 2027"])
        #expect(reports.map(\.dataset) == [heartbeat, db, media])
        #expect(ExitStatus(collecting: reports) == .ok)
    }

    @Test("follows the priorities of the configuration and leaves out what is switched off")
    func settings() async throws {
        let settings = CollectdSettings(datasets: [
            media: DatasetSettings(priority: 1), db: DatasetSettings(isEnabled: false),
        ])
        let collectors = [media, db, heartbeat].map { FakeCollector(dataset: $0) }
        #expect(try await pass(collectors, settings: settings).run().map(\.dataset) == [media, heartbeat])
        // A person who names it wants it.
        #expect(try await pass(collectors, settings: settings).run([db, db]).map(\.dataset) == [db])
    }

    @Test("goes on after one dataset cannot be gathered and another cannot be staged")
    func goesOn() async throws {
        let broken = FakeCollector(dataset: db, problem: CollectingProblem(.unreadable, "the disk is broken"))
        let pass = try pass([FakeCollector(dataset: heartbeat), broken, FakeCollector(dataset: media)]) {
            dataset, _, _, _ in
            if dataset == .of("heartbeat") { throw StagingError(.diskFull, "there is no room") }
            return result(.published(try .made(dataset)))
        }
        let reports = await pass.run()
        #expect(
            reports.map(\.sentence) == [
                "system-heartbeat: failed: there is no room", "db: failed: the disk is broken",
                "media: 3 files, 4.1 kB, complete",
            ])
        #expect(ExitStatus(collecting: reports) == .notNow)
    }

    @Test("tells where an ended year's last state could not be made anew, and what the pass came to all the same")
    func endedYear() async throws {
        let pass = try pass([FakeCollector(dataset: media)]) { dataset, _, _, _ in
            var made = result(.published(try .made(dataset)))
            made.endedYearProblem = "there is no room"
            return made
        }
        let report = try #require(await pass.run().first)
        #expect(report.generation != nil)
        #expect(
            report.endedYearWarnings.map(\.sentence) == [
                "media: the last state of an ended year could not be brought up to what is still there: there is no "
                    + "room; the next collection tries again"
            ])
    }

    @Test("says nothing of a dataset that this machine never had, and asks staging about one that is gone")
    func absence() async throws {
        let diary = Diary()
        let gone = FakeCollector(dataset: db, location: Location(absence: "there is no folder /x"))
        let never = FakeCollector(dataset: media, location: Location(absence: "there is no folder /y"))
        let pass = try pass([gone, never], standing: [db: try .made(db, sequence: 7)]) { dataset, _, _, _ in
            diary.write("\(dataset)")
            return result(.held(reason: "there is no folder /x"))
        }
        let reports = await pass.run()
        #expect(diary.read == ["db"])
        #expect(
            reports.map(\.sentence) == [
                "db: held back: there is no folder /x; generation 7 with 3 files, 4.1 kB stands",
                "media: not on this machine (there is no folder /y)",
            ])
        #expect(ExitStatus(collecting: reports) == .partial)
        #expect(ExitStatus(collecting: [reports[1]]) == .ok)
    }

    @Test("does not count against a dataset's time limit that another was being staged before it")
    func waitsItsTurn() async throws {
        let boot = Box(Mutex(0.0))
        let settings = CollectdSettings(datasets: [db: DatasetSettings(timeout: .seconds(60))])
        let pass = try pass([FakeCollector(dataset: db)], settings: settings, boot: boot) { dataset, _, _, progress in
            boot.value.withLock { $0 += 7200 }
            try progress(CollectionProgress())
            boot.value.withLock { $0 += 59 }
            try progress(CollectionProgress())
            return result(.published(try .made(dataset)))
        }
        #expect(await pass.run().map(\.isGood) == [true])
    }

    @Test("leaves a dataset alone that its collector does not want any more, though there was one once")
    func unwanted() async throws {
        let unwanted = FakeCollector(
            dataset: .of("db-raw"),
            location: Location(absence: "not needed", problem: CollectingProblem(.notNeeded, "not needed")))
        let reports = try await pass([unwanted], standing: [.of("db-raw"): try .made(.of("db-raw"))]) { _, _, _, _ in
            throw StagingError(.io, "must not be staged")
        }.run()
        #expect(reports.map(\.sentence) == ["db-raw: not on this machine (not needed)"])
    }

    @Test("gives up a dataset at its time limit while it is read, and goes on with the next")
    func timeLimitWhileReading() async throws {
        let settings = CollectdSettings(datasets: [db: DatasetSettings(timeout: .seconds(60))])
        let clock = Box(Mutex(0.0))
        let pass = try pass(
            [FakeCollector(dataset: db), FakeCollector(dataset: media)], settings: settings,
            boot: clock
        ) { dataset, _, _, progress in
            try progress(CollectionProgress())
            clock.value.withLock { $0 += 61 }
            try progress(CollectionProgress())
            return result(.published(try .made(dataset)))
        }
        let reports = await pass.run()
        #expect(
            reports.map(\.sentence) == [
                "db: failed: given up after 1 min, the timeout that is set for it", "media: 3 files, 4.1 kB, complete",
            ])
    }

    @Test("gives up a dataset at its time limit while it is gathered")
    func timeLimitWhileGathering() async throws {
        let settings = CollectdSettings(datasets: [db: DatasetSettings(timeout: .milliseconds(1))])
        let reports = try await pass([EndlessCollector(dataset: db)], settings: settings).run()
        #expect(reports.first?.sentence.hasPrefix("db: failed: given up after") == true)
    }

    @Test("leaves out what is excluded, from folders, single files and made texts")
    func excludes() async throws {
        let gathering = Gathering(parts: [
            .folder(SourceFolder(path: "/data/nginx-logs", include: { _ in .skipAndList("asked") })),
            .file(at: SourcePlace("/x/a.gz"), as: try RelativePath("a.gz")),
            .text([], as: try RelativePath("b.log"), mode: 0o644, modified: FileTime(seconds: 0, nanoseconds: 0)),
        ])
        let settings = CollectdSettings(datasets: [db: DatasetSettings(exclude: ExcludePatterns(["*.gz"]))])
        let seen = Box(Mutex<Gathering?>(nil))
        _ = try await pass(
            [FakeCollector(dataset: db, location: Location(gathering: gathering))], settings: settings
        ) { dataset, gathering, _, _ in
            seen.value.withLock { $0 = gathering }
            return result(.published(try .made(dataset)))
        }.run()
        let parts = try #require(seen.value.withLock { $0 }).parts
        try #require(parts.count == 2)
        guard case .folder(let folder) = parts[0], case .text = parts[1] else {
            Issue.record("the parts are \(parts)")
            return
        }
        #expect(folder.include?(try RelativePath("old/x.gz")).isSkip == true)
        #expect(folder.enter?(try RelativePath("all.gz")).isSkip == true)
        // What is not excluded is still for the collector to judge.
        #expect(folder.include?(try RelativePath("x.log")).listedReason == "asked")
        #expect(folder.enter?(try RelativePath("old")).isTake == true)
    }

    @Test("loses no line of a log by a pattern that the day's file is named like: the lines are read only once")
    func excludesNoNewLines() async throws {
        func made(_ continuesLast: Bool) -> MadeFile {
            MadeFile(
                path: "/x/1", mode: 0o640, modified: FileTime(seconds: 0, nanoseconds: 0), continuesLast: continuesLast)
        }
        let gathering = Gathering(parts: [
            .made(made(true), as: try RelativePath("access-20180816.log")),
            .made(made(false), as: try RelativePath("access-2018.bson")),
        ])
        let left = gathering.leavingOut(ExcludePatterns(["access-2018*"]))
        try #require(left.parts.count == 1)
        guard case .made(let file, _) = left.parts[0] else {
            Issue.record("the part is \(left.parts[0])")
            return
        }
        #expect(file.continuesLast)
    }

    @Test("names what is missing up to a bound, and says that an old partial state is still partial")
    func story() throws {
        let missing = (1...9).map { Shortfall(path: "f\($0)", reason: "cannot be read") }
        let report = DatasetReport(
            dataset: db, ending: .unchanged(try .made(db, .partial)), shortfalls: missing,
            skipped: [Shortfall(path: "link", reason: "is a symlink")])
        #expect(report.sentence == "db: 3 files, 4.1 kB, unchanged, still partial")
        #expect(!report.isGood)
        #expect(report.shortfallLines.count == 6)
        #expect(report.shortfallLines.first == "  missing: f1: cannot be read")
        #expect(report.shortfallLines.last == "  and 4 more; clix-collectd status --json lists them")
        #expect(report.skippedLines == ["  left out: link: is a symlink"])
        let six = DatasetReport(
            dataset: db, ending: .published(try .made(db, .partial)), shortfalls: Array(missing.prefix(6)))
        #expect(six.shortfallLines.last == "  missing: f6: cannot be read")
    }
}

/// Lets a closure share what cannot be copied.
final class Box<Value: ~Copyable & Sendable>: Sendable {
    let value: Value
    init(_ value: consuming Value) { self.value = value }
}

extension SourceVerdict {
    fileprivate var isSkip: Bool { if case .skip = self { true } else { false } }
    fileprivate var isTake: Bool { if case .take = self { true } else { false } }
    fileprivate var listedReason: String? { if case .skipAndList(let reason) = self { reason } else { nil } }
}
