import Collecting
import LevelTree
import TestSupport
import Testing
import Uploading

@testable import SchoolDaemon
@testable import Staging

/// A school's day as the daemon meets it: the events are made up here, the schedule and the story are the real ones.
@Suite("A day offline")
struct OfflineDayTests {
    private static let start: Int64 = 1_795_501_800
    /// What changes at a school on every day.
    private static let busy: Set = [
        "system-heartbeat", "nginx-logs", "gstudio_tools_logs", "gstudio-logs", "git-commit.log",
    ]

    private let log = RecordingLog()

    @Test("is a handful of lines: the start, what was collected, what stands in the way, and that there is no link")
    func lines() throws {
        let school = try School(try MadeSchool().settings)
        var day = try Day(school, log)
        try day.pass(hours: 24)
        var expected = Self.busy.count + 1  // The heartbeat is told once more, a day later.
        expected += 4  // Start, container, clock, link.
        #expect(log.lines.count <= expected, "\(log.texts.joined(separator: "\n"))")
        #expect(day.uploads > 60)
        #expect(day.jobs > 60)
        #expect(log.of(.containerClosed).count == 1)
        #expect(log.of(.clockDoubted).count == 1)
        #expect(log.of(.offline).count == 1)
        #expect(log.lines.allSatisfy { $0.message != nil && $0.level <= .warning })
    }

    private struct Day {
        var schedule: Schedule
        var turn = UploadTurn(spread: 0.5, bootSeconds: 30)
        var story: DaemonStory
        var clock = ClockReading.made(bootSeconds: 30, seconds: start)
        var uploads = 0
        var jobs = 0
        private let container: CommonCause

        init(_ school: School, _ log: RecordingLog) throws {
            schedule = Schedule(school.jobRules, records: [:], zone: .india)
            story = DaemonStory(log.logger, clock)
            story.began(school)
            let stopped = "the container gstudio is stopped; start it: docker start gstudio"
            container = CommonCause(
                subject: .container, sentence: "without the container nothing new of db, postgres-dump: \(stopped)",
                topic: stopped, jobs: [.collect(.of("db")), .collect(.of("postgres-dump"))])
        }

        /// Goes from event to event, as the daemon does.
        mutating func pass(hours: Double) throws {
            let end = clock.bootSeconds + hours * 3600
            while clock.bootSeconds < end {
                for job in schedule.due(clock) {
                    schedule.begin(job, clock)
                    let result = try result(of: job)
                    schedule.end(job, result.ending, clock)
                    story.ended(job, result, bootSeconds: clock.bootSeconds)
                    if result.hasNews { turn.news(bootSeconds: clock.bootSeconds) }
                    jobs += 1
                }
                if turn.pause(bootSeconds: clock.bootSeconds) == 0 { tryToUpload() }
                _ = story.status(working: [], next: nil)
                wait(60)
            }
        }

        private mutating func wait(_ seconds: Int64) {
            clock.bootSeconds += Double(seconds)
            clock.now.seconds += seconds
            // A time service at work.
            story.clockChanged(clock, zone: .india)
        }

        private mutating func tryToUpload() {
            turn.begin()
            uploads += 1
            var report = UploadReport()
            report.stopped = UploadError(.offline, "no answer from the store after \(uploads) ms")
            story.uploaded(report)
            turn.end(UploadTurn.Ending(report), bootSeconds: clock.bootSeconds)
        }

        private func result(of job: Job) throws -> JobResult {
            let warning = CollectionWarning(.clock, "the clock says \(clock.bootSeconds)", topic: "far future")
            switch job {
            case .run: return JobResult(ending: .early)
            case .collect where container.jobs.contains(job):
                return JobResult(
                    ending: .failed,
                    trouble: JobResult.Trouble(sentence: job.name, topic: container.topic, cause: container),
                    warnings: [warning])
            case .collect(let dataset):
                var result = JobResult(ending: .done, warnings: [warning])
                guard busy.contains(dataset.name) else { return result }
                result.hasNews = true
                result.news = JobResult.News(
                    sentence: "\(dataset): \(clock.bootSeconds)", generation: try .made(dataset))
                return result
            }
        }
    }
}
