import CLinux
import Collecting
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
    /// Seconds that work has to end in order after SIGTERM; whatever has not may be cut off, as by a power cut.
    private static let farewell = 4.0
    /// Seconds that those who asked have to read how it ended.
    private static let lastWord = 0.5
    private static let leaving =
        "the service was stopped before this was done; run this again, it goes on from where it was"
    /// A collector has its own time limit; long after that, it is stuck, and so may be whatever it holds.
    private static let patienceBeyondLimit = 600.0
    /// An upload has no limit, but none goes on for so long without a byte or a frame; and no enrolment takes so long.
    private static let patienceWithStore = 1800.0

    private let surroundings: Surroundings
    private let events: DaemonEvents
    private let executor = DaemonQueue(label: "clix-collect.daemon")
    private let lanes = LaneQueue()
    private var school: School
    private var schedule: Schedule
    private var uploadTurn: UploadTurn
    private var requests = RequestQueue<Call>()
    private var socket: DaemonSocket?
    private var work: [DaemonWork: Task<Void, Never>] = [:]
    /// Over each job and request, by the limit that held when it began, and over the upload.
    private var watches: [DaemonWork: WorkWatch] = [:]
    /// When what people asked for began.
    private var begunRequests: [DaemonWork: ClockReading] = [:]
    private var story: DaemonStory

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
        uploadTurn = UploadTurn(spread: school.spread, bootSeconds: surroundings.clock.bootSeconds())
        story = DaemonStory(surroundings.log, Self.reading(surroundings, school))
    }

    /// Returns when a person has ended it.
    ///
    /// Call it only as the one daemon of the state directory (`School.beTheDaemon`).
    public func run() async {
        listen()
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
        case .routesChanged: uploadTurn.routesChanged(bootSeconds: surroundings.clock.bootSeconds())
        case .reload: reload()
        case .ended(let job, let result): ended(job, result)
        case .sent(let entry): sent(entry)
        case .uploaded(let result): uploaded(result)
        case .caller(.asked(let call)): asked(call)
        case .caller(.left(let id)): left(id)
        case .caller(.deaf(let sentence)): story.deaf(sentence)
        case .answered(let id, let outcome): answered(id, outcome)
        }
    }

    private func ended(_ job: Job, _ result: JobResult) {
        forget(.job(job))
        schedule.end(job, result.ending, reading())
        if result.ending != .cancelled { keepSchedule() }
        story.ended(job, result, bootSeconds: surroundings.clock.bootSeconds())
        // It may have been switched off while it went on.
        story.forgetAll(but: schedule.jobs)
        if result.hasNews { uploadTurn.news(bootSeconds: surroundings.clock.bootSeconds()) }
    }

    /// Told at once: nobody knows whether the program sees the end of the upload.
    private func sent(_ entry: UploadReport.Entry) {
        story.sent(entry, bootSeconds: surroundings.clock.bootSeconds())
    }

    private func keepSchedule() {
        if let problem = JobRecords.save(schedule.records, to: school.files) { story.scheduleNotKept(problem) }
    }

    private func uploaded(_ result: UploadResult) {
        forget(.upload)
        guard !result.isCancelled else { return }
        uploadTurn.end(UploadTurn.Ending(result.report), bootSeconds: surroundings.clock.bootSeconds())
        tell(result.report)
    }

    private func tell(_ report: UploadReport) {
        for dataset in report.toCollectAgain { schedule.repeatSoon(.collect(dataset), reading()) }
        story.uploaded(report)
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
            story.forgetAll(but: schedule.jobs)
            // Where the store is, or how it is reached, may be what was changed.
            uploadTurn.beginAnew()
            story.say(.settingsRead, "the configuration was read again")
        } catch {
            let lines = FailureText.sentences(of: error)
            story.say(
                .settingsRefused, "the configuration was not taken, the one before stays in force:",
                ["CLIX_ERROR": "\(lines.joined(separator: "\n"))"])
            for line in lines { story.say(.detail, line) }
        }
    }

    // MARK: What people ask for

    /// Without a socket commands do their own work, or end with "not now" while there is other work.
    private func listen() {
        let teller = events.teller
        do {
            socket = try DaemonSocket(in: school.files) { _ = teller.yield(.caller($0)) }
        } catch {
            story.say(.noSocket, "\(error)")
        }
    }

    private func asked(_ call: Call) {
        let lanes = call.request.lanes(enabled: school.settings.enabledDatasets)
        story.say(.asked, "user \(call.caller.user) asks for: \(call.request.words)")
        requests.add(call, lanes)
        if let settings = try? surroundings.settings().ofDaemon, settings != school.settings {
            call.caller.warn(
                "warning: the configuration was changed after the service had read it, and is not in force yet: "
                    + "systemctl reload clix-collectd")
        }
        let before =
            work.keys.filter { $0.lane.map(lanes.contains) ?? false } + requests.running(on: lanes).map(DaemonWork.init)
        beginWhatIsAsked()
        guard work[DaemonWork(call)] == nil else { return }
        let names = before.isEmpty ? "at an earlier request" : before.map(\.name).sorted().joined(separator: ", ")
        call.caller.say("the service is \(names); this begins as soon as that has ended")
    }

    private func left(_ id: Call.ID) {
        if let call = requests.abandon(id) { work[DaemonWork(call)]?.cancel() }
    }

    private func answered(_ id: Call.ID, _ outcome: RequestOutcome) {
        guard let call = requests.abandon(id) else { return }
        requests.remove(id)
        if let begin = begunRequests[DaemonWork(call)] { enter(outcome.collected, since: begin) }
        forget(DaemonWork(call))
        let ending = outcome.isGivenUp ? "was given up" : "has ended with \(outcome.status.rawValue)"
        story.say(.asked, "\(call.request.words), as a person asked, \(ending)")
        if let report = outcome.uploaded, !outcome.isGivenUp { tell(report) }
        if outcome.hasNews { uploadTurn.news(bootSeconds: surroundings.clock.bootSeconds()) }
        // The next upload waits for nothing that was met before.
        if outcome.hasReachedStore { uploadTurn.beginAnew() }
    }

    /// What a person had collected is no longer due, and no longer wrong.
    private func enter(_ collected: [(job: Job, result: JobResult)], since begin: ClockReading) {
        guard !collected.isEmpty else { return }
        let reading = reading()
        for (job, result) in collected {
            schedule.enter(job, result.ending, since: begin, reading)
            // One that is switched off has no story.
            if schedule.jobs.contains(job) { story.ended(job, result, bootSeconds: reading.bootSeconds) }
        }
        keepSchedule()
    }

    private func beginWhatIsAsked() {
        for call in requests.begin(taken: Set(work.keys.compactMap(\.lane))) {
            let limit = school.limit(of: call.request).map { $0 + Self.patienceBeyondLimit }
            let school = watched(DaemonWork(call), limit ?? Self.patienceWithStore)
            begunRequests[DaemonWork(call)] = reading()
            begin(DaemonWork(call)) { .answered(call.id, await call.answer(on: school)) }
        }
    }

    // MARK: What is done

    private func beginWhatIsDue() {
        let reading = reading()
        beginWhatIsAsked()
        let asked = requests.lanes
        for job in schedule.due(reading) where !asked.contains(Lane(job)) {
            schedule.begin(job, reading)
            let school = watched(.job(job), school.limit(of: job) + Self.patienceBeyondLimit)
            begin(.job(job)) { .ended(job, await school.perform(job)) }
        }
        let hold = school.uploadHold()
        let held = hold?.seconds ?? 0
        if uploadTurn.pause(bootSeconds: reading.bootSeconds, held: held) == 0, !asked.contains(.upload) {
            uploadTurn.begin()
            let school = watched(.upload, Self.patienceWithStore)
            begin(.upload) { .uploaded(await school.sendAll()) }
        }
        tellServiceManager(reading, held: hold?.sentence)
        let watchdog = surroundings.service.watchdogInterval.map { $0 / .seconds(1) / 3 }
        let pauses = [
            schedule.pause(reading), uploadTurn.pause(bootSeconds: reading.bootSeconds, held: held), watchdog,
        ]
        events.wake(in: pauses.compactMap { $0 }.filter { $0 > 0 }.min() ?? 60)
    }

    private func watched(_ work: DaemonWork, _ seconds: Double) -> School {
        let watch = WorkWatch(allowing: seconds, bootSeconds: surroundings.clock.bootSeconds)
        watches[work] = watch
        let teller = events.teller
        return school.watched(by: watch) { _ = teller.yield(.sent($0)) }
    }

    private func begin(_ work: DaemonWork, _ body: @escaping @Sendable () async -> DaemonEvent) {
        let teller = events.teller
        self.work[work] = Task(executorPreference: lanes) { _ = teller.yield(await body()) }
    }

    private func forget(_ work: DaemonWork) {
        self.work[work] = nil
        watches[work] = nil
        begunRequests[work] = nil
        if self.work.isEmpty { Memory.unmapWhatRanOnce() }
    }

    /// The watchdog hears nothing any more where a job or what a person asked for is stuck in spite of its own time limit,
    /// or the upload: then systemd ends the program and starts it again.
    private func tellServiceManager(_ reading: ClockReading, held: String?) {
        surroundings.service.status(
            story.status(
                working: Set(work.keys.map(\.name)), next: nextJob(reading), held: held, sending: howFar))
        let stuck = watches.first { $0.value.isOver }?.key
        guard let stuck else { return surroundings.service.alive() }
        story.stuck(stuck)
    }

    /// Of the upload that goes on, whoever asked for it.
    private var howFar: String? {
        guard work.keys.contains(where: \.mayUpload) else { return nil }
        return UploadUnderWay.load(from: school.files)?.clauses(in: school.zone)
    }

    private func nextJob(_ reading: ClockReading) -> (job: Job, seconds: Double)? {
        schedule.jobs.compactMap { job in schedule.wait(for: job, reading).map { (job, $0) } }
            .filter { $0.1 > 0 }.min { $0.1 < $1.1 }
    }

    private func reading() -> ClockReading { Self.reading(surroundings, school) }

    private static func reading(_ surroundings: Surroundings, _ school: School) -> ClockReading {
        let now = surroundings.clock.now()
        return ClockReading(
            bootID: surroundings.clock.bootID(), bootSeconds: surroundings.clock.bootSeconds(), now: now,
            isTrusted: school.trusts(now))
    }

    // MARK: The end

    private func end() async {
        surroundings.service.stopping()
        socket?.close()
        requests.all.forEach { $0.caller.refuse(Self.leaving, .notNow) }
        let open = work
        open.values.forEach { $0.cancel() }
        let deadline = monotonicSeconds() + Self.farewell
        events.wake(in: Self.farewell)
        if !open.isEmpty {
            for await event in events.stream {
                switch event {
                case .ended(let job, let result): ended(job, result)
                case .sent(let entry): sent(entry)
                case .uploaded(let result): uploaded(result)
                case .answered(let id, let outcome): answered(id, outcome)
                case .caller(.asked(let call)): call.caller.refuse(Self.leaving, .notNow)
                default: break
                }
                if work.isEmpty || monotonicSeconds() >= deadline { break }
            }
        }
        socket?.finishWriting(within: Self.lastWord)
        story.ending(cutOff: work.keys.map(\.name).sorted())
    }
}

private func monotonicSeconds() -> Double { Double(clinux_monotonic_nanoseconds()) / 1e9 }
