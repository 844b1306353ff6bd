import SchoolDaemon
import Terminal
import Uploading

/// Tells an upload as it happens: how far it is, then one line for each dataset that the store has.
struct UploadStory: Sendable {
    private let progress: Progress

    init(_ progress: Progress) {
        self.progress = progress
        progress.begin("uploading")
    }

    func tell(_ event: UploadEvent) {
        switch event {
        case .progress(_, let done, let total, _):
            progress.update(ProgressAmount(bytes: done), total: ProgressAmount(bytes: total))
        case .ended(let entry):
            if entry.isGood { progress.say(entry.sentence) }
        }
    }

    func close(_ report: UploadReport) {
        progress.end()
        for entry in report.entries where !entry.isGood { progress.warn(entry.sentence) }
        for notice in report.notices { progress.say(notice) }
        if let stopped = report.stopped { progress.warn("clix-collectd: \(stopped.message)") }
        if let sentence = report.sentence { progress.say(sentence) }
    }
}
