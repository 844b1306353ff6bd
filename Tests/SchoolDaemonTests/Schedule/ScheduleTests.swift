import Collecting
import LevelTree
import Settings
import Testing

@testable import SchoolDaemon

/// 2026-11-24 06:30:00 UTC, which is 12:00:00 in India, on a Tuesday.
private let noon: Int64 = 1_795_501_800
private let hour: Int64 = 3600
private let day: Int64 = 86_400

@Suite("The schedule")
struct ScheduleTests {
    /// A machine whose clocks are moved by hand.
    private struct Machine {
        let rules: [JobRule]
        var schedule: Schedule
        var clock: ClockReading

        init(_ rules: JobRule..., at seconds: Int64 = noon, isTrusted: Bool = true) {
            self.rules = rules
            schedule = Schedule(rules, records: [:], zone: .india)
            clock = ClockReading(
                bootID: "first", bootSeconds: 1000, now: FileTime(seconds: seconds, nanoseconds: 0),
                isTrusted: isTrusted)
        }

        var due: [Job] { schedule.due(clock) }

        mutating func pass(_ seconds: Int64) {
            clock.bootSeconds += Double(seconds)
            clock.now.seconds += seconds
        }

        /// The wall clock alone.
        mutating func setClock(by seconds: Int64) { clock.now.seconds += seconds }

        mutating func reboot(after seconds: Int64, as id: String) {
            clock.now.seconds += seconds
            clock.bootID = id
            clock.bootSeconds = 20
            schedule = Schedule(rules, records: schedule.records, zone: .india)
        }

        mutating func does(_ job: Job, _ ending: Schedule.Ending = .done) {
            schedule.begin(job, clock)
            schedule.end(job, ending, clock)
        }
    }

    @Test("what a person had done is done, and what failed then is tried again like any other")
    func asked() throws {
        var machine = Machine(
            JobRule(database, .daily, afterBoot: 0, rank: 0), JobRule(media, .daily, afterBoot: 0, rank: 1))
        machine.does(database)
        machine.pass(day)
        #expect(machine.due == [database])
        let begin = machine.clock
        machine.pass(hour)
        machine.schedule.enter(database, .done, since: begin, machine.clock)
        machine.schedule.enter(media, .failed, since: begin, machine.clock)
        #expect(machine.schedule.records[database]?.lastGood == JobRecord.Moment(begin))
        // It was one of many.
        #expect(machine.schedule.records[database]?.usualSeconds == 0)
        #expect(machine.due.isEmpty)
        machine.pass(299)
        #expect(machine.due.isEmpty)
        machine.pass(1)
        #expect(machine.due == [media])
    }

    private static func collect(_ name: String) throws -> Job { .collect(try #require(Dataset(name: name))) }

    private let heartbeat: Job
    private let database: Job
    private let media: Job

    init() throws {
        heartbeat = try Self.collect("system-heartbeat")
        database = try Self.collect("db")
        media = try Self.collect("media")
    }

    private func hourly(_ job: Job) -> JobRule { JobRule(job, .hourly, afterBoot: 120, rank: 10) }
    private func daily(_ job: Job, rank: Int = 20) -> JobRule { JobRule(job, .daily, afterBoot: 120, rank: rank) }

    @Test("names what was never done, once the machine is up for a while")
    func first() {
        var machine = Machine(hourly(heartbeat))
        machine.clock.bootSeconds = 119
        #expect(machine.due == [])
        #expect(machine.schedule.pause(machine.clock) == 1)
        machine.pass(1)
        #expect(machine.due == [heartbeat])
    }

    @Test("names a job again when its calendar does, not before")
    func recurring() {
        var machine = Machine(hourly(heartbeat))
        machine.pass(600)
        machine.does(heartbeat)
        machine.pass(hour - 601)
        #expect(machine.due == [])
        #expect(machine.schedule.pause(machine.clock) == 1)
        machine.pass(1)
        #expect(machine.due == [heartbeat])
    }

    @Test("days begin at the school's midnight")
    func midnight() {
        var machine = Machine(daily(media))
        machine.does(media)
        machine.pass(12 * hour - 1)
        #expect(machine.due == [])
        machine.pass(1)
        #expect(machine.due == [media])
    }

    @Test("what was missed while the machine was off is made up for, once")
    func missed() {
        var machine = Machine(daily(media))
        machine.does(media)
        machine.reboot(after: 9 * day, as: "second")
        machine.pass(100)
        #expect(machine.due == [media])
        machine.does(media)
        machine.pass(hour)
        #expect(machine.due == [])
    }

    @Test("a machine that is switched on again on the same day repeats nothing")
    func sameDay() {
        var machine = Machine(daily(media))
        machine.does(media)
        for boot in 0..<20 {
            machine.reboot(after: 300, as: "boot \(boot)")
            machine.pass(150)
            #expect(machine.due == [])
        }
    }

    @Test("no jump of the clock within a boot repeats a job, or puts it off", arguments: [-20 * 365, -1, 1, 20 * 365])
    func jumps(_ days: Int64) {
        var machine = Machine(hourly(heartbeat), daily(media))
        machine.does(heartbeat)
        machine.does(media)
        machine.pass(60)
        machine.setClock(by: days * day)
        #expect(machine.due == [])
        machine.pass(hour)
        #expect(machine.due == [heartbeat])
        machine.does(heartbeat)
        machine.pass(day)
        #expect(machine.due == [heartbeat, media])
    }

    @Test("a clock set back by hours between two boots delays no job by more than one run")
    func setBackBetweenBoots() {
        var machine = Machine(daily(media))
        machine.does(media)
        machine.reboot(after: -6 * hour, as: "second")
        machine.pass(150)
        #expect(machine.due == [media], "how long ago it was cannot be told")
        machine.does(media)
        machine.pass(hour)
        #expect(machine.due == [])
    }

    @Test("under a clock that is not believed a job is done once in a boot, and then by the boot clock")
    func doubted() {
        var machine = Machine(hourly(heartbeat), daily(media), at: 946_684_800, isTrusted: false)
        #expect(machine.due == [heartbeat, media])
        machine.does(heartbeat)
        machine.does(media)
        machine.pass(hour - 1)
        #expect(machine.due == [])
        machine.pass(1)
        #expect(machine.due == [heartbeat])
        machine.does(heartbeat)
        machine.reboot(after: 5 * hour, as: "second")
        machine.pass(150)
        #expect(machine.due == [heartbeat, media])
    }

    @Test("a clock that is corrected in the same boot does not undo what was done under the wrong one")
    func corrected() {
        var machine = Machine(daily(media), at: 946_684_800, isTrusted: false)
        machine.does(media)
        machine.pass(600)
        machine.clock.now.seconds = noon
        machine.clock.isTrusted = true
        #expect(machine.due == [])
        machine.pass(12 * hour)
        #expect(machine.due == [media])
    }

    @Test("a suspended machine's time counts")
    func suspended() {
        var machine = Machine(hourly(heartbeat))
        machine.does(heartbeat)
        machine.pass(3 * day)
        #expect(machine.due == [heartbeat])
    }

    @Test("of heavy jobs one runs at a time, and none of the others waits for it")
    func lanes() {
        var machine = Machine(daily(database, rank: 60), daily(media, rank: 100), hourly(heartbeat))
        #expect(machine.due == [heartbeat, database])
        machine.schedule.begin(database, machine.clock)
        machine.does(heartbeat)
        #expect(machine.due == [])
        machine.pass(hour)
        #expect(machine.due == [heartbeat])
        machine.schedule.end(database, .done, machine.clock)
        #expect(machine.due == [heartbeat, media])
    }

    @Test("a failing job is tried later and later, and starves no other")
    func failing() {
        var machine = Machine(daily(database, rank: 60), daily(media, rank: 100))
        machine.does(database, .failed)
        #expect(machine.due == [media])
        machine.pass(299)
        #expect(machine.due == [media])
        machine.pass(1)
        #expect(machine.due == [media], "others first")
        machine.does(media)
        #expect(machine.due == [database])
        machine.does(database, .failed)
        #expect(machine.schedule.wait(for: database, machine.clock) == 600)
        for _ in 0..<40 { machine.does(database, .failed) }
        #expect(machine.schedule.wait(for: database, machine.clock) == 14_400)
        machine.pass(4 * hour)
        machine.does(database)
        #expect(machine.due == [])
    }

    @Test("a failure of an earlier boot is not waited for, and makes no later wait longer")
    func failedBefore() {
        var machine = Machine(daily(database))
        for _ in 0..<10 { machine.does(database, .failed) }
        machine.reboot(after: 60, as: "second")
        machine.pass(100)
        #expect(machine.due == [database])
        machine.does(database, .failed)
        #expect(machine.schedule.wait(for: database, machine.clock) == 300)
    }

    @Test("what was too early is looked at again in five minutes, and what was ended by us at once")
    func early() {
        var machine = Machine(daily(media))
        machine.does(media, .early)
        #expect(machine.schedule.wait(for: media, machine.clock) == 300)
        machine.pass(300)
        machine.does(media, .cancelled)
        #expect(machine.due == [media])
    }

    @Test("a school's own delay comes after the calendar's moment")
    func delayed() {
        var machine = Machine(JobRule(heartbeat, .hourly, afterBoot: 0, delay: 200, rank: 1))
        machine.does(heartbeat)
        machine.pass(hour + 199)
        #expect(machine.due == [])
        machine.pass(1)
        #expect(machine.due == [heartbeat])
    }

    @Test("stays out of the minutes in which the platform's own jobs run, whether the clock is believed or not")
    func avoided() {
        let rule = JobRule(.run(.progress), .daily, afterBoot: 0, rank: 1, avoidedMinutes: 0..<25)
        for isTrusted in [true, false] {
            var machine = Machine(rule, isTrusted: isTrusted)
            #expect(machine.due == [])
            #expect(machine.schedule.pause(machine.clock) == 25 * 60)
            machine.pass(25 * 60)
            #expect(machine.due == [.run(.progress)])
        }
    }

    @Test(
        "a run of its usual length has ended before the platform's own jobs run again",
        arguments: [
            // Its usual length in minutes (none: it never ran well), the minute at which it could begin, and the one at
            // which it does, in the next hour where that is earlier.
            (nil, 24, 25), (nil, 25, 25), (nil, 45, 45), (nil, 46, 25), (nil, 59, 25),
            (2, 57, 57), (2, 59, 25), (30, 30, 30), (30, 31, 25),
            // Longer than there is room for: as soon as they have ended.
            (50, 25, 25), (50, 35, 35), (50, 36, 25),
        ] as [(Int64?, Int64, Int64)])
    func usualLength(_ length: Int64?, _ from: Int64, _ begin: Int64) {
        let script = Job.run(.progress)
        var machine = Machine(
            JobRule(script, .daily, afterBoot: 0, rank: 1, avoidedMinutes: 0..<25), at: noon + 30 * 60)
        if let length {
            machine.schedule.begin(script, machine.clock)
            machine.pass(length * 60)
            machine.schedule.end(script, .done, machine.clock)
        }
        machine.reboot(after: day + (from - 30 - (length ?? 0)) * 60, as: "second")
        #expect(machine.due == (begin == from ? [script] : []))
        machine.pass((begin - from + 60) % 60 * 60)
        #expect(machine.due == [script])
    }

    @Test("that the platform did the work tells nothing of how long it takes")
    func lengthOfNothing() {
        let script = Job.run(.progress)
        var machine = Machine(
            JobRule(script, .daily, afterBoot: 0, rank: 1, avoidedMinutes: 0..<25), at: noon + 30 * 60)
        machine.schedule.begin(script, machine.clock)
        machine.pass(1)
        machine.schedule.end(script, .notNeeded, machine.clock)
        #expect(machine.due == [])
        machine.reboot(after: day + 28 * 60, as: "second")
        #expect(machine.due == [])
        machine.pass(27 * 60)
        #expect(machine.due == [script])
    }

    @Test("what began before midnight and ended after it is done again after it")
    func overMidnight() {
        var machine = Machine(daily(media), at: noon + 12 * hour - 600)
        machine.schedule.begin(media, machine.clock)
        machine.pass(1200)
        machine.schedule.end(media, .done, machine.clock)
        #expect(machine.due == [media])
        machine.does(media)
        #expect(machine.due == [])
    }

    @Test("what is no longer as it was collected is collected again in five minutes")
    func again() {
        var machine = Machine(daily(media))
        machine.does(media)
        machine.schedule.repeatSoon(media, machine.clock)
        machine.schedule.repeatSoon(database, machine.clock)
        #expect(machine.schedule.wait(for: media, machine.clock) == 300)
        #expect(machine.schedule.records[database] == nil, "it is not scheduled")
        machine.pass(300)
        machine.does(media)
        #expect(machine.due == [])
    }

    @Test("new rules keep what was done under the old ones")
    func newRules() {
        var machine = Machine(daily(media))
        machine.does(media)
        machine.schedule = machine.schedule.replacingRules([hourly(media), hourly(heartbeat)], zone: .india)
        #expect(machine.due == [heartbeat])
        machine.pass(hour)
        #expect(Set(machine.due) == [heartbeat, media])
    }

    @Test("a job that is switched off and on again is not done once more for that")
    func switchedOff() {
        var machine = Machine(daily(media), daily(heartbeat))
        machine.does(media)
        machine.schedule = machine.schedule.replacingRules([daily(heartbeat)], zone: .india)
        #expect(machine.due == [heartbeat])
        machine.schedule = Schedule([daily(heartbeat)], records: machine.schedule.records, zone: .india)
            .replacingRules([daily(media)], zone: .india)
        #expect(machine.due == [])
    }

    @Test("what is kept of a job's past is read again, and what is of another version let go")
    func records() throws {
        for job in [heartbeat, media, .run(.activityTimestamps)] { #expect(Job(name: job.name) == job) }
        #expect(Job(name: "collect.nothing") == nil)
        #expect(Job(name: "sing") == nil)
    }
}
