import SchoolDaemon
import Terminal

/// Tells a collection as it happens: a bar or lines while a dataset is read, then one line about it and a few about
/// what is missing.
struct CollectionStory: Sendable {
    private let progress: Progress
    /// Whether a person named the datasets, and so wants to know of each what came of it, if it is nothing, too.
    private let isNamed: Bool

    init(_ progress: Progress, isNamed: Bool = false) {
        self.progress = progress
        self.isNamed = isNamed
    }

    func tell(_ event: CollectionPass.Event) {
        switch event {
        case .began(let dataset):
            progress.begin("collecting \(dataset)")
        case .progressed(_, let amount):
            let isGuess = amount.expectedFiles > 0 && amount.files <= amount.expectedFiles
            progress.update(
                ProgressAmount(files: Int(clamping: amount.files), bytes: amount.bytes),
                total: isGuess
                    ? ProgressAmount(files: Int(clamping: amount.expectedFiles), bytes: amount.expectedBytes) : nil)
        case .ended(let report):
            progress.end()
            tell(report)
        }
    }

    func close(_ report: CollectionReport) {
        for warning in report.warnings { progress.warn("warning: \(warning)") }
        progress.say(report.sentence)
    }

    private func tell(_ report: DatasetReport) {
        if !report.isGood {
            progress.warn(report.sentence)
            report.shortfallLines.forEach(progress.warn)
        } else if report.isNotable || isNamed {
            progress.say(report.sentence)
        } else {
            progress.detail(report.sentence)
        }
        report.skippedLines.forEach(progress.detail)
    }
}
