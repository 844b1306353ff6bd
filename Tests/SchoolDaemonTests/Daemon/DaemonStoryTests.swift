import Collecting
import LevelTree
import TestSupport
import Testing
import Uploading

@testable import SchoolDaemon
@testable import Staging

@Suite("The daemon's story in the journal")
struct DaemonStoryTests {
    private let log = RecordingLog()
    private var story: DaemonStory
    private let media = Job.collect(.of("media"))
    private let database = Job.collect(.of("db"))
    private let users = Job.collect(.of("postgres-dump"))

    init() {
        story = DaemonStory(log.logger, .made(bootSeconds: 0, seconds: 1_800_000_000))
    }

    private mutating func ended(_ job: Job, _ result: JobResult, at bootSeconds: Double = 0) {
        story.ended(job, result, bootSeconds: bootSeconds)
    }

    private func failed(_ sentence: String, _ details: [String] = [], _ cause: CommonCause? = nil) -> JobResult {
        let topic = ([sentence] + details).joined(separator: "\n")
        return JobResult(
            ending: .failed,
            trouble: JobResult.Trouble(sentence: sentence, details: details, topic: topic, cause: cause))
    }

    private func good(_ dataset: String) throws -> JobResult {
        JobResult(
            ending: .done, hasNews: true,
            news: JobResult.News(sentence: "\(dataset): 3 files", generation: try .made(.of(dataset))))
    }

    @Test("has what a failing script said in the field CLIX_ERROR, and as lines")
    mutating func scriptOutput() {
        ended(.run(.progress), failed("it ended with status 3; the last that it said:", ["Traceback", "IOError"]))
        let line = log.of(.scriptFailed).first
        #expect(line?.fields["CLIX_ERROR"] == "it ended with status 3; the last that it said:\nTraceback\nIOError")
        #expect(log.texts == ["it ended with status 3; the last that it said:", "Traceback", "IOError"])
        #expect(log.of(.detail).count == 2)
    }

    @Test("says the same failure of a script once, and again when the script says something else")
    mutating func otherOutput() {
        let sentence = "it ended with status 3; the last that it said:"
        for _ in 0..<3 { ended(.run(.progress), failed(sentence, ["IOError"])) }
        #expect(log.of(.scriptFailed).count == 1)
        ended(.run(.progress), failed(sentence, ["MemoryError"]))
        #expect(log.of(.scriptFailed).count == 2)
        #expect(log.lines.last?.text == "MemoryError")
    }

    @Test("says trouble again that was over in between")
    mutating func again() throws {
        ended(media, failed("media: failed: no"))
        ended(media, try good("media"))
        ended(media, failed("media: failed: no"))
        #expect(log.of(.incomplete).count == 2)
        #expect(log.of(.collected).count == 1)
        #expect(log.lines.first?.fields["CLIX_DATASET"] == "media")
    }

    @Test("tells the success of what is done every hour once a day, and after trouble at once")
    mutating func praise() throws {
        for hour in 0..<24 {
            ended(.collect(.of("system-heartbeat")), try good("system-heartbeat"), at: Double(hour) * 3600)
        }
        #expect(log.lines.count == 2)
        ended(.collect(.of("system-heartbeat")), failed("system-heartbeat: failed: no"), at: 86_400)
        ended(.collect(.of("system-heartbeat")), try good("system-heartbeat"), at: 90_000)
        #expect(log.of(.collected).count == 3)
        #expect(log.lines.last?.fields["CLIX_SEQUENCE"] == "1")
        #expect(log.lines.last?.fields["CLIX_FILES"] == "3")
    }

    @Test("tells one cause once, with all that it stops, however many run into it, and again when it comes again")
    mutating func commonCause() throws {
        let cause = CommonCause(
            subject: .container, sentence: "without the container nothing new of db, postgres-dump: it is stopped",
            topic: "it is stopped", jobs: [database, users])
        for _ in 0..<4 {
            ended(database, failed("db: failed: it is stopped", [], cause))
            ended(users, failed("postgres-dump: failed: it is stopped", [], cause))
        }
        #expect(log.texts == [cause.sentence])
        #expect(log.lines.first?.message == .containerClosed)
        ended(media, try good("media"))
        ended(database, try good("db"))
        ended(users, failed("postgres-dump: failed: it is stopped", [], cause))
        #expect(log.of(.containerClosed).count == 1)
        ended(users, try good("postgres-dump"))
        ended(users, failed("postgres-dump: failed: it is stopped", [], cause))
        #expect(log.of(.containerClosed).count == 2)
        var other = cause
        (other.topic, other.sentence) = ("it is paused", "nothing new of db, postgres-dump: it is paused")
        ended(database, failed("db: failed: it is paused", [], other))
        #expect(log.lines.last?.text == other.sentence)
    }

    @Test("says once that there is no room, in systemctl status for whom, and once that there is room again")
    mutating func disk() throws {
        func status() -> String { story.status(working: [], next: nil) }
        let cause = CommonCause(
            subject: .disk, sentence: "db: failed: large collections wait", topic: "", jobs: [database, users, media])
        for _ in 0..<3 {
            ended(database, failed("db: failed: large collections wait", [], cause))
            ended(users, failed("postgres-dump: failed: large collections wait", [], cause))
            ended(media, JobResult(ending: .done))
        }
        #expect(log.texts == [cause.sentence])
        #expect(log.lines.first?.message == .diskFull)
        #expect(status() == "waiting; no room on the disk for collect.db, collect.postgres-dump")
        ended(database, JobResult(ending: .done))
        #expect(log.of(.diskHasRoom).isEmpty)
        ended(users, JobResult(ending: .done))
        ended(database, JobResult(ending: .done))
        #expect(log.texts.dropFirst() == ["there is room on the disk again: what waited for it is collected"])
        #expect(log.lines.last?.message == .diskHasRoom)
        #expect(status() == "waiting")
    }

    @Test("says that nothing waits for room any more where all was switched off or failed otherwise")
    mutating func nobodyWaits() {
        let jobs: Set = [database, users, media]
        let cause = CommonCause(subject: .disk, sentence: "db: failed: full", topic: "", jobs: jobs)
        for job in [database, users, media] { ended(job, failed("full", [], cause)) }
        story.forgetAll(but: [database, media])
        #expect(story.status(working: [], next: nil).hasSuffix("; no room on the disk for collect.db, collect.media"))
        ended(media, failed("media: failed: no"))
        #expect(log.of(.diskHasRoom).isEmpty)
        ended(database, failed("db: failed: no"))
        #expect(log.texts.suffix(2) == ["nothing waits for room on the disk any more", "db: failed: no"])
        ended(users, failed("full", [], cause))
        story.forgetAll(but: [database, media])
        #expect(log.of(.diskHasRoom).count == 2)
        #expect(story.status(working: [], next: nil) == "waiting")
    }

    @Test("names a job that a cause stops though its line did not name it")
    mutating func unnamed() {
        let cause = CommonCause(subject: .container, sentence: "nothing new of db: no", topic: "no", jobs: [database])
        ended(database, failed("db: failed: no", [], cause))
        for _ in 0..<3 { ended(media, failed("media: failed: no", [], cause)) }
        #expect(log.texts == ["nothing new of db: no", "media: failed: no"])
    }

    @Test("tells of a clock that is not believed once, whatever time it shows and however many jobs see it")
    mutating func doubtedClock() {
        for second in 0..<20 {
            let warning = CollectionWarning(.clock, "the clock says 05:30:\(second)", topic: "before release")
            ended(media, JobResult(ending: .done, warnings: [warning]))
        }
        #expect(log.texts == ["the clock says 05:30:0"])
        #expect(log.lines.first?.message == .clockDoubted)
        ended(media, JobResult(ending: .done, warnings: []))
        ended(media, JobResult(ending: .done, warnings: [CollectionWarning(.clock, "again", topic: "before release")]))
        #expect(log.lines.count == 2)
    }

    @Test("tells that earlier states were let go for want of room, and what that costs, each time")
    mutating func relieved() {
        for _ in 0..<2 {
            let warning = CollectionWarning(relieved: [.of("db"), .of("rcs-repo")])
            ended(database, JobResult(ending: .done, warnings: [warning]))
            ended(media, JobResult(ending: .done, warnings: []))
        }
        #expect(log.of(.basesLetGo).count == 2)
        #expect(log.lines.allSatisfy { $0.level == .notice })
        #expect(log.texts.first?.contains("the earlier state of db, rcs-repo was let go") == true)
        #expect(log.texts.first?.contains("the next upload of that is larger") == true)
    }

    @Test("tells how much of a very large set the store has, and not that the store has it")
    mutating func sliced() throws {
        let whole = try UploadReport.Entry.made("db")
        var report = UploadReport()
        report.slices = try [.made("media", 1000), .made("db", 5), .made("media", 2000)]
        report.entries = [whole]
        report.stopped = UploadError(.offline, "no way to it")
        story.uploaded(report)
        #expect(log.of(.uploaded).isEmpty)
        #expect(
            log.of(.partUploaded).map(\.text) == [
                "media \(whole.year): 2,000 of 17,000 files at the store, the rest follows"
            ])
    }

    @Test("has a message id in each line, another for each kind")
    mutating func ids() throws {
        ended(media, failed("media: failed: no", ["  missing: a"]))
        ended(database, try good("db"))
        story.stuck(.job(users))
        story.stuck(.job(users))
        story.scheduleNotKept("it cannot be kept")
        story.ending(cutOff: [])
        story.ending(cutOff: ["collecting db"])
        var report = UploadReport()
        report.stopped = UploadError(.offline, "no way to it")
        story.uploaded(report)
        #expect(
            log.lines.map(\.message) == [
                .incomplete, .detail, .collected, .stuck, .stateNotKept, .ended, .cutOff, .offline,
            ])
        #expect(log.lines.allSatisfy { $0.level == $0.message?.level })
    }

    @Test("gives systemd a sentence that tells why nothing is uploaded")
    mutating func standing() {
        func standing(_ stopped: UploadError?) -> String {
            var report = UploadReport()
            report.stopped = stopped
            story.uploaded(report)
            return story.status(working: [], next: (media, 90))
        }
        #expect(standing(nil) == "waiting; collect.media in 1 min 30 s")
        #expect(standing(UploadError(.offline, "no")).hasSuffix("; the store is not reached"))
        #expect(story.status(working: ["uploading"], next: nil) == "uploading", "the one that goes on may reach it")
        #expect(standing(UploadError(.busy, "no")).hasSuffix("; the upload has to wait"))
        #expect(standing(UploadError(.outsideWindows, "no")) == standing(nil), "that is told for itself")
        #expect(story.status(working: [], next: nil, held: "uploads wait") == "waiting; uploads wait")
        #expect(standing(UploadError(.notEnrolled, "no")).hasSuffix("; not enrolled"))
        #expect(
            standing(UploadError(.revoked, "revoked by its operator")).hasSuffix("uploaded: revoked by its operator"))
        #expect(standing(UploadError(.staging, "no")).hasSuffix("; the last upload failed"))
    }
}

extension ClockReading {
    static func made(bootSeconds: Double, seconds: Int64, isTrusted: Bool = true) -> ClockReading {
        ClockReading(
            bootID: "first", bootSeconds: bootSeconds, now: FileTime(seconds: seconds, nanoseconds: 0),
            isTrusted: isTrusted)
    }
}
