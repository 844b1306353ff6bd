import LevelTree
import Staging

extension SchoolStatus {
    /// When the service does which job next, soonest first; what is due, it does as soon as it runs and has its turn.
    /// Asked of the same schedule that the service goes by, with what it has kept of each job's past.
    static func nextRuns(_ school: School, isClockTrusted: Bool) -> [NextRun] {
        let schedule = Schedule(school.jobRules, records: JobRecords.load(from: school.files), zone: school.zone)
        let now = school.clock.now()
        let reading = ClockReading(
            bootID: school.clock.bootID(), bootSeconds: school.clock.bootSeconds(), now: now,
            isTrusted: isClockTrusted)
        let waits = schedule.jobs.compactMap { job in
            schedule.wait(for: job, reading).map { (job: job, seconds: max($0, 0)) }
        }
        return waits.sorted { ($0.seconds, $0.job.name) < ($1.seconds, $1.job.name) }.map { job, seconds in
            NextRun(
                job: job.name, isDue: seconds == 0,
                at: school.zone.isoText(milliseconds: (now.seconds + Int64(seconds.rounded(.up))) * 1000))
        }
    }
}
