import Collecting
import LevelTree
import Logging
import Terminal
import Uploading

/// What the journal is told: one line per thing a person would care about, and nothing again that was said already.
struct DaemonStory {
    private let log: Logger
    /// The last sentence about each thing that is in trouble.
    private var said: [String: String] = [:]

    init(_ log: Logger) { self.log = log }

    func say(_ sentence: String, _ level: Logger.Level, _ fields: Logger.Metadata = [:]) {
        log.log(level: level, "\(sentence)", metadata: fields)
    }

    /// Trouble that lasts is said once.
    mutating func warn(_ subject: String, _ sentence: String, _ fields: Logger.Metadata = [:]) {
        guard said.updateValue(sentence, forKey: subject) != sentence else { return }
        say(sentence, .warning, fields)
    }

    func began(_ school: School) {
        say("clix-collectd \(Release.version) collects into \(school.settings.staging.directory)", .notice)
    }

    func clockChanged(_ reading: ClockReading, zone: SchoolTimeZone) {
        say(
            "the clock was set: it says \(zone.local(reading.now).dateText)\(reading.isTrusted ? "" : ", which is not believed")",
            .notice)
    }

    mutating func ended(_ job: Job, _ result: JobResult) {
        for warning in result.warnings { warn(warning, warning) }
        var fields: Logger.Metadata = [:]
        if case .collect(let dataset) = job { fields["CLIX_DATASET"] = "\(dataset)" }
        guard let sentence = result.sentence else {
            if result.ending == .done { said[job.name] = nil }
            return
        }
        guard result.isTrouble else {
            said[job.name] = nil
            return say(sentence, .info, fields)
        }
        fields["CLIX_ERROR"] = "\(sentence)"
        let isNew = said[job.name] != sentence
        warn(job.name, sentence, fields)
        if isNew { for line in result.details { say(line, .warning, fields) } }
    }

    /// Offline is normal: it is said once, and then when it is over.
    mutating func uploaded(_ report: UploadReport) {
        for entry in report.entries {
            let fields: Logger.Metadata = [
                "CLIX_DATASET": "\(entry.dataset)", "CLIX_SEQUENCE": "\(entry.sequence)",
                "CLIX_OUTCOME": "\(entry.outcome.rawValue)", "CLIX_FILES": "\(entry.files)",
                "CLIX_BYTES": "\(entry.bytes)", "CLIX_WIRE_BYTES": "\(entry.wire.up)",
            ]
            switch entry.ending {
            case .committed:
                said["upload \(entry.dataset)"] = nil
                say(entry.sentence, .info, fields)
            case .failed: warn("upload \(entry.dataset)", entry.sentence, fields)
            case .notSent: break
            }
        }
        for notice in report.notices { warn(notice, notice) }
        if let stopped = report.stopped {
            // Sentences about a link differ from try to try; that it is down is one thing.
            guard said.updateValue(stopped.code.rawValue, forKey: "upload") != stopped.code.rawValue else { return }
            say(stopped.message, stopped.isPermanent ? .error : .info)
        } else {
            said["upload"] = nil
        }
    }

    /// The sentence of `systemctl status`.
    func status(working: Set<String>, next: (job: Job, seconds: Double)?, of school: School) -> String {
        var parts = working.sorted()
        if parts.isEmpty { parts.append("waiting") }
        if let next { parts.append("\(next.job.name) in \(DurationText.short(.seconds(next.seconds.rounded())))") }
        if said["upload"] != nil { parts.append("the store is not reached") }
        return parts.joined(separator: "; ")
    }

    func ending(cutOff: [String]) {
        if cutOff.isEmpty {
            say("ended in order", .notice)
        } else {
            say("ended while \(cutOff.joined(separator: ", ")) went on; the next start goes on from there", .notice)
        }
    }
}
