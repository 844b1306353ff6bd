import Collecting
import LevelTree
import Logging
import Terminal
import Uploading

/// What the journal is told: one line per thing a person would care about, and nothing again that was said already.
///
/// What it remembers of what was said is bounded: for each subject, what was said of it last.
struct DaemonStory {
    /// Of whom something is said.
    private enum Subject: Hashable {
        case job(Job)
        case warnings
        case schedule
        case stuck
        case socket
        case upload(Dataset)
        case notices
    }

    private let log: Logger
    /// What is wrong with each subject, as it was said last.
    private var said: [Subject: Set<String>] = [:]
    /// What stops several jobs, with those of them that ran into it and have not got on since.
    private var causes: [CommonCause.Subject: (cause: CommonCause, met: Set<Job>)] = [:]
    /// When, by the boot clock, a job's success was last told.
    private var praised: [Job: Double] = [:]
    private var clock: ClockStory
    private var link = LinkStory()
    /// When, by the boot clock, it was last told that the store has a heartbeat.
    private var heartbeatSent = -Double.infinity

    /// - Parameter reading: from which on changes of the clock are told.
    init(_ log: Logger, _ reading: ClockReading) {
        self.log = log
        clock = ClockStory(reading)
    }

    func say(_ message: JournalMessage, _ sentence: String, _ fields: Logger.Metadata = [:]) {
        let metadata = fields.merging(["MESSAGE_ID": "\(message.rawValue)"]) { $1 }
        log.log(level: message.level, "\(sentence)", metadata: metadata)
    }

    func began(_ school: School) {
        say(.started, "clix-collectd \(Release.version) collects into \(school.settings.staging.directory)")
    }

    /// Says it where it is news.
    mutating func clockChanged(_ reading: ClockReading, zone: SchoolTimeZone) {
        if let sentence = clock.changed(reading, in: zone) { say(.clockSet, sentence) }
    }

    mutating func scheduleNotKept(_ problem: String) { sayOnce(.stateNotKept, about: .schedule, problem) }

    mutating func stuck(_ work: DaemonWork) {
        sayOnce(.stuck, about: .stuck, "\(work.name) does not end, though its time is long over")
    }

    mutating func deaf(_ problem: String) { sayOnce(.noSocket, about: .socket, problem) }

    func ending(cutOff: [String]) {
        if cutOff.isEmpty {
            say(.ended, "ended in order")
        } else {
            say(.cutOff, "ended while \(cutOff.joined(separator: ", ")) went on; the next start goes on from there")
        }
    }

    /// The sentence of `systemctl status`.
    /// - Parameters:
    ///   - held: what holds uploads back; nil where nothing does.
    ///   - sending: since when an upload goes on, and how far it is; nil where none does.
    func status(
        working: Set<String>, next: (job: Job, seconds: Double)?, held: String? = nil, sending: String? = nil
    ) -> String {
        let uploading = DaemonWork.upload.name
        var parts = working.sorted()
        if let sending {
            parts.removeAll { $0 == uploading }
            parts.append("\(uploading) since \(sending)")
        }
        if parts.isEmpty { parts.append("waiting") }
        if let next { parts.append("\(next.job.name) in \(DurationText.short(.seconds(next.seconds.rounded())))") }
        if let waiting = causes[.disk]?.met {
            parts.append("no room on the disk for \(waiting.map(\.name).sorted().joined(separator: ", "))")
        }
        if let held { parts.append(held) }
        // What the last upload met may be over: the next one goes on.
        if let standing = link.standing, sending == nil, !working.contains(uploading) { parts.append(standing) }
        return parts.joined(separator: "; ")
    }

    // MARK: Jobs

    mutating func ended(_ job: Job, _ result: JobResult, bootSeconds: Double) {
        if let warnings = result.warnings { tell(warnings) }
        var fields: Logger.Metadata = [:]
        if case .collect(let dataset) = job { fields["CLIX_DATASET"] = "\(dataset)" }
        if let trouble = result.trouble {
            tell(trouble, job, fields)
        } else if result.ending == .done || result.ending == .notNeeded {
            gotOn(job)
            if let news = result.news { praise(news, job, bootSeconds) }
        }
    }

    private mutating func tell(_ warnings: [CollectionWarning]) {
        let before = said[.warnings] ?? []
        for warning in warnings where !before.contains(warning.topic) {
            say(warning.message, warning.sentence, ["CLIX_ERROR": "\(warning.sentence)"])
        }
        said[.warnings] = Set(warnings.map(\.topic))
    }

    private mutating func tell(_ trouble: JobResult.Trouble, _ job: Job, _ fields: Logger.Metadata) {
        if let cause = trouble.cause, isTold(cause, job) { return }
        if trouble.cause == nil { forgetCauses(job) }
        let error = ([trouble.sentence] + trouble.details).joined(separator: "\n")
        let own = fields.merging(["CLIX_ERROR": "\(error)"]) { $1 }
        let message = if case .run = job { JournalMessage.scriptFailed } else { JournalMessage.incomplete }
        guard sayOnce(message, about: .job(job), trouble.sentence, topic: trouble.topic, own) else { return }
        for line in trouble.details { say(.detail, line, fields) }
    }

    /// One line for all that it stops. - Returns: whether that speaks of the job, too.
    private mutating func isTold(_ cause: CommonCause, _ job: Job) -> Bool {
        let known = causes[cause.subject]
        let isKnown = known?.cause.topic == cause.topic
        let told = isKnown ? known?.cause ?? cause : cause
        guard told.jobs.contains(job) else { return false }
        said[.job(job)] = nil
        causes[cause.subject] = (told, (known?.met ?? []).union([job]))
        if !isKnown { say(cause.message, cause.sentence, ["CLIX_ERROR": "\(cause.sentence)"]) }
        return true
    }

    /// Then the next trouble is news again.
    private mutating func gotOn(_ job: Job) {
        if said.removeValue(forKey: .job(job)) != nil { praised[job] = nil }
        forgetCauses(job, "there is room on the disk again: what waited for it is collected")
    }

    /// - Parameter roomSentence: what is said where it was the last that waited for room on the disk.
    private mutating func forgetCauses(
        _ job: Job, _ roomSentence: String = "nothing waits for room on the disk any more"
    ) {
        let wasFull = causes[.disk] != nil
        for (subject, entry) in causes where entry.met.contains(job) {
            let met = entry.met.subtracting([job])
            causes[subject] = met.isEmpty ? nil : (entry.cause, met)
            praised[job] = nil
        }
        if wasFull, causes[.disk] == nil { say(.diskHasRoom, roomSentence) }
    }

    /// What stopped jobs that are switched off by now stops them no more.
    mutating func forgetAll(but jobs: [Job]) {
        for job in Set(causes.values.flatMap(\.met)).subtracting(jobs) { forgetCauses(job) }
    }

    /// What is done every hour is told once a day.
    private mutating func praise(_ news: JobResult.News, _ job: Job, _ bootSeconds: Double) {
        if let last = praised[job], bootSeconds < last + Self.longPraise { return }
        praised[job] = bootSeconds
        let generation = news.generation
        say(
            .collected, news.sentence,
            [
                "CLIX_DATASET": "\(generation.dataset)", "CLIX_SEQUENCE": "\(generation.sequence)",
                "CLIX_OUTCOME": "\(generation.outcome.rawValue)", "CLIX_FILES": "\(generation.files)",
                "CLIX_BYTES": "\(generation.bytes)",
            ])
    }

    /// Of a day, so that what is done daily is told each time, though not at the same minute.
    private static let longPraise = 20.0 * 3600

    // MARK: The upload

    /// A dataset's turn in an upload is over.
    mutating func sent(_ entry: UploadReport.Entry, bootSeconds: Double) {
        var fields: Logger.Metadata = [
            "CLIX_DATASET": "\(entry.dataset)", "CLIX_SEQUENCE": "\(entry.sequence)",
            "CLIX_OUTCOME": "\(entry.outcome.rawValue)", "CLIX_FILES": "\(entry.files)",
            "CLIX_BYTES": "\(entry.bytes)", "CLIX_WIRE_BYTES": "\(entry.wire.up)",
        ]
        switch entry.ending {
        case .committed:
            let endsTrouble = said.removeValue(forKey: .upload(entry.dataset)) != nil
            let endsOutage = link.committed()
            if entry.dataset.name == "system-heartbeat" {
                guard endsTrouble || endsOutage || bootSeconds >= heartbeatSent + Self.longPraise else { return }
                heartbeatSent = bootSeconds
            }
            say(.uploaded, entry.sentence, fields)
        case .failed(let error):
            fields["CLIX_ERROR"] = "\(error.message)"
            sayOnce(.notUploaded, about: .upload(entry.dataset), entry.sentence, topic: error.message, fields)
        case .notSent: break
        }
    }

    /// An upload has ended; of its datasets each was told when its turn was over.
    mutating func uploaded(_ report: UploadReport) {
        for slice in report.standingSlices {
            say(
                .partUploaded, slice.sentence,
                [
                    "CLIX_DATASET": "\(slice.dataset)", "CLIX_SEQUENCE": "\(slice.sequence)",
                    "CLIX_FILES": "\(slice.files)",
                ])
        }
        if let (message, sentence) = link.ended(report.stopped) {
            say(message, sentence, report.stopped == nil ? [:] : ["CLIX_ERROR": "\(sentence)"])
        }
        // A run that was stopped early has not come to all that there is to notice.
        guard report.stopped == nil else { return }
        let before = said[.notices] ?? []
        for notice in report.notices where !before.contains(notice) { say(.uploadNotice, notice) }
        said[.notices] = Set(report.notices)
    }

    // MARK: -

    /// Trouble that lasts is said once. - Returns: whether it was said.
    @discardableResult
    private mutating func sayOnce(
        _ message: JournalMessage, about subject: Subject, _ sentence: String, topic: String? = nil,
        _ fields: Logger.Metadata = [:]
    ) -> Bool {
        let topics: Set = [topic ?? sentence]
        guard said.updateValue(topics, forKey: subject) != topics else { return false }
        say(message, sentence, fields.merging(["CLIX_ERROR": "\(sentence)"]) { own, _ in own })
        return true
    }
}

extension CollectionWarning {
    fileprivate var message: JournalMessage {
        switch subject {
        case .clock: .clockDoubted
        case .source: .sourceMissing
        case .identity: .identityDoubted
        case .state: .stateNotKept
        case .endedYear: .incomplete
        case .room: .basesLetGo
        }
    }
}

extension CommonCause {
    fileprivate var message: JournalMessage {
        switch subject {
        case .container: .containerClosed
        case .disk: .diskFull
        case .school: .nothingCollected
        }
    }
}
