import CLinux
import Glibc
import LevelTree
import Logging
import Settings
import Terminal
import Uploading

/// The school's program as a service: collects each dataset when it is due, uploads whenever there is a link, and
/// outlives whatever happens to either.
///
/// Owns the schedule and the turn of the upload; the work itself is done by tasks, which tell it how they ended. Only
/// a person ends it: SIGTERM, or switching the machine off, at any moment.
public actor Daemon {
    /// What it needs from outside.
    public struct Surroundings: Sendable {
        /// Reads the configuration again.
        public var settings: @Sendable () throws -> CollectdSettings
        public var service: ServiceManager
        public var log: Logger
        public var clock: MachineClock
        /// The kernel's name of this boot.
        public var bootID: String

        public init(
            settings: @escaping @Sendable () throws -> CollectdSettings, service: ServiceManager, log: Logger,
            clock: MachineClock = .real, bootID: String = MachineClock.bootID()
        ) {
            self.settings = settings
            self.service = service
            self.log = log
            self.clock = clock
            self.bootID = bootID
        }
    }

    /// Seconds that work has to end in order after SIGTERM; whatever has not may be cut off, as by a power cut.
    private static let farewell = 4.0
    /// A collector has its own time limit; long after that, it is stuck, and so may be whatever it holds.
    private static let patienceBeyondLimit = 600.0

    private let surroundings: Surroundings
    private let events: DaemonEvents
    private let executor = DaemonQueue(label: "clix-collect.daemon")
    private let lanes = LaneQueue()
    private var school: School
    private var schedule: Schedule
    private var uploadTurn: UploadTurn
    private var work: [Work: Task<Void, Never>] = [:]
    /// When each work is to have ended at the latest, by the limit that held when it began; on the boot clock.
    private var latestEnd: [Work: Double] = [:]
    private var story: DaemonStory

    private enum Work: Hashable {
        case job(Job)
        case upload

        var name: String {
            switch self {
            case .job(.collect(let dataset)): "collecting \(dataset)"
            case .job(.run(let script)): "running \(script.name)"
            case .upload: "uploading"
            }
        }
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Throws: what is wrong with the configuration.
    public init(_ surroundings: Surroundings) throws {
        try self.init(surroundings, events: DaemonEvents())
    }

    init(_ surroundings: Surroundings, events: sending DaemonEvents) throws {
        self.surroundings = surroundings
        self.events = events
        let school = try School(surroundings.settings().ofDaemon, clock: surroundings.clock)
        self.school = school
        schedule = Schedule(school.jobRules, records: JobRecords.load(from: school.files), zone: school.zone)
        uploadTurn = UploadTurn(spread: school.spread)
        story = DaemonStory(surroundings.log, Self.reading(surroundings, school))
    }

    /// Returns when a person has ended it.
    public func run() async {
        surroundings.service.ready()
        story.began(school)
        beginWhatIsDue()
        for await event in events.stream {
            if case .stop = event { break }
            handle(event)
            beginWhatIsDue()
        }
        await end()
    }

    // MARK: What happens

    private func handle(_ event: DaemonEvent) {
        switch event {
        case .tick, .stop: break
        case .clockChanged: story.clockChanged(reading(), zone: school.zone)
        case .routesChanged: uploadTurn.routesChanged()
        case .reload: reload()
        case .ended(let job, let result): ended(job, result)
        case .uploaded(let result): uploaded(result)
        }
    }

    private func ended(_ job: Job, _ result: JobResult) {
        forget(.job(job))
        schedule.end(job, result.ending, reading())
        if result.ending != .cancelled, let problem = JobRecords.save(schedule.records, to: school.files) {
            story.scheduleNotKept(problem)
        }
        story.ended(job, result, bootSeconds: surroundings.clock.bootSeconds())
        if result.hasNews { uploadTurn.news(bootSeconds: surroundings.clock.bootSeconds()) }
    }

    private func uploaded(_ result: UploadResult) {
        forget(.upload)
        guard !result.isCancelled else { return }
        uploadTurn.end(
            succeeded: result.report.exitStatus == 0, needsPerson: result.report.stopped?.isPermanent ?? false,
            bootSeconds: surroundings.clock.bootSeconds())
        story.uploaded(result.report)
    }

    /// A wrong file leaves the configuration that is in force.
    private func reload() {
        surroundings.service.reloading(monotonicMicroseconds: clinux_monotonic_nanoseconds() / 1000)
        defer { surroundings.service.ready() }
        do {
            let school = try School(surroundings.settings().ofDaemon, clock: surroundings.clock)
            guard school.settings.staging.directory == self.school.settings.staging.directory else {
                story.say(
                    .settingsRefused,
                    "the configuration was not taken: a staging directory is changed by restarting the service "
                        + "(systemctl restart clix-collectd)")
                return
            }
            self.school = school.continuing(self.school)
            schedule = schedule.replacingRules(school.jobRules, zone: school.zone)
            // Where the store is, or how it is reached, may be what was changed.
            uploadTurn.routesChanged()
            story.say(.settingsRead, "the configuration was read again")
        } catch {
            let lines = FailureText.sentences(of: error)
            story.say(
                .settingsRefused, "the configuration was not taken, the one before stays in force:",
                ["CLIX_ERROR": "\(lines.joined(separator: "\n"))"])
            for line in lines { story.say(.detail, line) }
        }
    }

    // MARK: What is done

    private func beginWhatIsDue() {
        let reading = reading()
        for job in schedule.due(reading) {
            schedule.begin(job)
            let school = school
            begin(.job(job), reading) { .ended(job, await school.perform(job)) }
        }
        if uploadTurn.pause(bootSeconds: reading.bootSeconds) == 0 {
            uploadTurn.begin()
            let school = school
            begin(.upload, reading) { .uploaded(await school.sendAll()) }
        }
        tellServiceManager(reading)
        let watchdog = surroundings.service.watchdogInterval.map { $0 / .seconds(1) / 3 }
        let pauses = [schedule.pause(reading), uploadTurn.pause(bootSeconds: reading.bootSeconds), watchdog]
        events.wake(in: pauses.compactMap { $0 }.filter { $0 > 0 }.min() ?? 60)
    }

    private func begin(_ work: Work, _ reading: ClockReading, _ body: @escaping @Sendable () async -> DaemonEvent) {
        if case .job(let job) = work {
            latestEnd[work] = reading.bootSeconds + school.limit(of: job) + Self.patienceBeyondLimit
        }
        let teller = events.teller
        self.work[work] = Task(executorPreference: lanes) { _ = teller.yield(await body()) }
    }

    private func forget(_ work: Work) {
        self.work[work] = nil
        latestEnd[work] = nil
    }

    /// The watchdog hears nothing any more where a job is stuck in spite of its own time limit: then systemd ends the
    /// program and starts it again.
    private func tellServiceManager(_ reading: ClockReading) {
        surroundings.service.status(
            story.status(working: Set(work.keys.map(\.name)), next: nextJob(reading)))
        let stuck = schedule.running.first { job in
            latestEnd[.job(job)].map { reading.bootSeconds > $0 } ?? false
        }
        guard let stuck else { return surroundings.service.alive() }
        story.stuck(stuck)
    }

    private func nextJob(_ reading: ClockReading) -> (job: Job, seconds: Double)? {
        schedule.jobs.compactMap { job in schedule.wait(for: job, reading).map { (job, $0) } }
            .filter { $0.1 > 0 }.min { $0.1 < $1.1 }
    }

    private func reading() -> ClockReading { Self.reading(surroundings, school) }

    private static func reading(_ surroundings: Surroundings, _ school: School) -> ClockReading {
        let now = surroundings.clock.now()
        return ClockReading(
            bootID: surroundings.bootID, bootSeconds: surroundings.clock.bootSeconds(), now: now,
            isTrusted: school.trusts(now))
    }

    // MARK: The end

    private func end() async {
        surroundings.service.stopping()
        let open = work
        open.values.forEach { $0.cancel() }
        let deadline = monotonicSeconds() + Self.farewell
        events.wake(in: Self.farewell)
        if !open.isEmpty {
            for await event in events.stream {
                switch event {
                case .ended(let job, let result): ended(job, result)
                case .uploaded(let result): uploaded(result)
                default: break
                }
                if work.isEmpty || monotonicSeconds() >= deadline { break }
            }
        }
        story.ending(cutOff: work.keys.map(\.name).sorted())
    }
}

private func monotonicSeconds() -> Double { Double(clinux_monotonic_nanoseconds()) / 1e9 }
