import Terminal
import Uploading

/// Tells an upload as it happens: how far it is, then one line for each dataset that the store has.
struct UploadStory: Sendable {
    private let audience: any Audience

    init(_ audience: any Audience) {
        self.audience = audience
        audience.begin("uploading")
    }

    func tell(_ event: UploadEvent) {
        switch event {
        case .progress(_, let done, let total, _):
            audience.update(ProgressAmount(bytes: done), total: ProgressAmount(bytes: total))
        case .sliced(let slice): audience.say(slice.sentence)
        case .ended(let entry):
            if entry.isGood { audience.say(entry.sentence) }
        }
    }

    func close(_ report: UploadReport) {
        audience.end()
        for entry in report.entries where !entry.isGood { audience.warn(entry.sentence) }
        for notice in report.notices { audience.say(notice) }
        if let stopped = report.stopped { audience.warn("clix-collectd: \(stopped.message)") }
        if let sentence = report.sentence { audience.say(sentence) }
    }
}
