import Terminal

/// Tells a collection as it happens: a bar or lines while a dataset is read, then one line about it and a few about
/// what is missing.
struct CollectionStory: Sendable {
    private let audience: any Audience
    /// Whether a person named the datasets, and so wants to know of each what came of it, if it is nothing, too.
    private let isNamed: Bool

    init(_ audience: any Audience, isNamed: Bool = false) {
        self.audience = audience
        self.isNamed = isNamed
    }

    func tell(_ event: CollectionPass.Event) {
        switch event {
        case .began(let dataset):
            audience.begin("collecting \(dataset)")
        case .progressed(_, let amount):
            let isGuess = amount.expectedFiles > 0 && amount.files <= amount.expectedFiles
            audience.update(
                ProgressAmount(files: Int(clamping: amount.files), bytes: amount.bytes),
                total: isGuess
                    ? ProgressAmount(files: Int(clamping: amount.expectedFiles), bytes: amount.expectedBytes) : nil)
        case .ended(let report):
            audience.end()
            tell(report)
        }
    }

    func close(_ report: CollectionReport) {
        for warning in report.warnings { audience.warn("warning: \(warning)") }
        audience.say(report.sentence)
    }

    private func tell(_ report: DatasetReport) {
        if !report.isGood {
            audience.warn(report.sentence)
            report.shortfallLines.forEach(audience.warn)
        } else if report.isNotable || isNamed {
            audience.say(report.sentence)
        } else {
            audience.detail(report.sentence)
        }
        report.skippedLines.forEach(audience.detail)
    }
}
