import Collecting
import LevelTree
import Settings

/// Decides what is to be done next, and when. Pure: clock readings in, jobs out.
///
/// Due is what the calendar has named since the job's last good run, or what was never done; so a run that was missed
/// while the machine was off is made up for once, and soon. Within one boot, all ages are told by the boot clock, so that
/// no jump of the wall clock repeats or delays anything; and while the wall clock is not believed, a job is done once in
/// a boot, and again when the time between two of its calendar's moments has passed.
public struct Schedule: Sendable {
    /// How a job ended.
    public enum Ending: Sendable, Hashable {
        case done
        /// Somebody else does it, or has done it: which tells nothing of how long it takes.
        case notNeeded
        /// It was too early: what it was for is still in the making.
        case early
        case failed
        /// Ended by us; it counts as if it had not begun.
        case cancelled
    }

    private let zone: SchoolTimeZone
    private let rules: [JobRule]
    private(set) var records: [Job: JobRecord]
    /// Those that run, and since when.
    private var begun: [Job: JobRecord.Moment] = [:]

    /// - Parameter records: of earlier boots; those of jobs that are switched off are kept for when they are on again.
    init(_ rules: [JobRule], records: [Job: JobRecord], zone: SchoolTimeZone) {
        self.rules = rules
        self.zone = zone
        self.records = records
    }

    /// The same jobs' past and present, under new rules.
    func replacingRules(_ rules: [JobRule], zone: SchoolTimeZone) -> Schedule {
        var schedule = Schedule(rules, records: records, zone: zone)
        schedule.begun = begun
        return schedule
    }

    var jobs: [Job] { rules.map(\.job) }
    var running: Set<Job> { Set(begun.keys) }

    // MARK: What is next

    /// The jobs that can begin now, at most one that is heavy and one that is not.
    public func due(_ reading: ClockReading) -> [Job] {
        var lanes = Set(begun.keys.map(\.isHeavy))
        return waiting(reading).filter { $0.at <= reading.bootSeconds && lanes.insert($0.rule.job.isHeavy).inserted }
            .map(\.rule.job)
    }

    /// When to look again, in seconds from now: at the next moment at which a job becomes due, and once an hour, since
    /// the wall clock drifts. What waits for its lane is looked at when the lane is free.
    public func pause(_ reading: ClockReading) -> Double {
        let next = waiting(reading).map { $0.at - reading.bootSeconds }.filter { $0 > 0 }.min()
        return min(next ?? Self.longestPause, Self.longestPause)
    }

    /// When a job comes up, in seconds from now; 0 or less: it is due. Nil: it is not scheduled, or is never due again.
    public func wait(for job: Job, _ reading: ClockReading) -> Double? {
        guard let rule = rules.first(where: { $0.job == job }), begun[job] == nil else { return nil }
        let at = dueTime(rule, reading)
        return at.isFinite ? at - reading.bootSeconds : nil
    }

    // MARK: What happened

    public mutating func begin(_ job: Job, _ reading: ClockReading) { begun[job] = JobRecord.Moment(reading) }

    public mutating func end(_ job: Job, _ ending: Ending, _ reading: ClockReading) {
        note(job, ending, since: begun.removeValue(forKey: job) ?? JobRecord.Moment(reading), reading)
    }

    /// A person had the job's work done, perhaps with that of others, from `begin` until now.
    mutating func enter(_ job: Job, _ ending: Ending, since begin: ClockReading, _ reading: ClockReading) {
        // It tells nothing of how long this one takes.
        note(job, ending == .done ? .notNeeded : ending, since: JobRecord.Moment(begin), reading)
    }

    private mutating func note(
        _ job: Job, _ ending: Ending, since begin: JobRecord.Moment, _ reading: ClockReading
    ) {
        var record = records[job] ?? JobRecord()
        switch ending {
        case .done:
            // What changed after its beginning it may have missed.
            record = JobRecord(lastGood: begin, usualSeconds: reading.bootSeconds - begin.bootSeconds)
        case .notNeeded: record = JobRecord(lastGood: begin, usualSeconds: record.usualSeconds)
        case .early: record.lastTry = JobRecord.Moment(reading)
        case .failed:
            let now = JobRecord.Moment(reading)
            // Each boot begins anew: what hindered it in the last may come up a little later than the job in this one.
            if record.lastTry?.bootID != now.bootID { record.failures = 0 }
            record.lastTry = now
            record.failures += 1
        case .cancelled: return
        }
        records[job] = record
    }

    /// What the job's last good run made is no longer there, or no longer so: it is due again in five minutes, so that
    /// what changes all the time is not collected all the time.
    public mutating func repeatSoon(_ job: Job, _ reading: ClockReading) {
        guard rules.contains(where: { $0.job == job }) else { return }
        records[job, default: JobRecord()].lastGood = nil
        records[job, default: JobRecord()].lastTry = JobRecord.Moment(reading)
    }

    // MARK: -

    private static let longestPause = 3600.0
    /// After the first failure, then twice as long each time; machines are on for an hour, so a dump that failed is
    /// tried three times in it.
    private static let firstBackOff = 300.0, longestBackOff = 4 * 3600.0
    /// Of a job that never ran well, in seconds: what the platform's scripts take in the field.
    private static let unknownLength = 900.0

    /// In the order of their turns: those that failed wait until the others are through.
    private func waiting(_ reading: ClockReading) -> [(rule: JobRule, at: Double)] {
        rules.filter { begun[$0.job] == nil }
            .map { (rule: $0, at: dueTime($0, reading)) }
            .sorted {
                (failures($0.rule) > 0 ? 1 : 0, $0.rule.rank, $0.rule.job.name)
                    < (failures($1.rule) > 0 ? 1 : 0, $1.rule.rank, $1.rule.job.name)
            }
    }

    private func failures(_ rule: JobRule) -> Int { records[rule.job]?.failures ?? 0 }

    /// On the boot clock.
    private func dueTime(_ rule: JobRule, _ reading: ClockReading) -> Double {
        let record = records[rule.job] ?? JobRecord()
        let at = max(rule.afterBoot, calendarTime(rule, record, reading), backOffEnd(record, reading))
        return AvoidedMinutes(rule.avoidedMinutes)
            .start(notBefore: at, lasting: record.usualSeconds ?? Self.unknownLength, reading, zone)
    }

    private func calendarTime(_ rule: JobRule, _ record: JobRecord, _ reading: ClockReading) -> Double {
        guard let last = record.lastGood, let age = age(of: last, reading) else { return -.infinity }
        if rule.isOfEachBoot, last.bootID != reading.bootID { return -.infinity }
        guard reading.isTrusted else {
            return rule.calendar.spacing.map { reading.bootSeconds - age + Double($0) } ?? .infinity
        }
        let lastSeconds = reading.now.seconds - Int64(age)
        guard let next = rule.calendar.next(after: lastSeconds, in: zone) else { return .infinity }
        return reading.bootSeconds + Double(next - reading.now.seconds) + rule.delay
    }

    /// In seconds; nil where it cannot be told. Within a boot, by the boot clock.
    private func age(of moment: JobRecord.Moment, _ reading: ClockReading) -> Double? {
        if moment.bootID == reading.bootID { return reading.bootSeconds - moment.bootSeconds }
        guard moment.isTrusted, reading.isTrusted, moment.seconds <= reading.now.seconds else { return nil }
        return Double(reading.now.seconds - moment.seconds)
    }

    /// A failure of an earlier boot is not waited for: who switched the machine on again may have mended it.
    private func backOffEnd(_ record: JobRecord, _ reading: ClockReading) -> Double {
        guard let last = record.lastTry, last.bootID == reading.bootID else { return -.infinity }
        let doublings = Double(1 << min(max(record.failures - 1, 0), 16))
        return last.bootSeconds + min(Self.firstBackOff * doublings, Self.longestBackOff)
    }
}
