import LevelTree
import Staging
import Terminal

extension Generation {
    /// Of the last state of an ended year, which lacks something.
    fileprivate var endedYearSentence: String {
        let lines = DatasetReport.lines(shortfalls, verb: "missing").map { $0.drop { $0 == " " } }
        return "\(dataset): the last state of \(year) goes to the store without what it cannot be given any more; "
            + lines.joined(separator: "; ")
    }
}

extension DatasetReport {
    /// How many missing files are named in the story; the rest are counted.
    static let namedShortfalls = 5

    /// What a person should know of years that have ended.
    var endedYearWarnings: [CollectionWarning] {
        let lacking = remade.filter { !$0.shortfalls.isEmpty }.map {
            CollectionWarning(.endedYear, $0.endedYearSentence)
        }
        guard let endedYearProblem else { return lacking }
        let sentence = "\(dataset): the last state of an ended year could not be brought up to what is still there"
        return lacking + [
            CollectionWarning(
                .endedYear, "\(sentence): \(endedYearProblem); the next collection tries again", topic: sentence)
        ]
    }

    /// One line for a person, without the full stop: `db: 42 files, 1.2 GB, new`.
    public var sentence: String {
        switch ending {
        case .published(let generation): "\(dataset): \(amount(generation)), \(newness(generation))"
        case .unchanged(let generation):
            "\(dataset): \(amount(generation)), unchanged\(generation.outcome == .partial ? ", still partial" : "")"
        case .absent(let reason): "\(dataset): not on this machine (\(reason))"
        case .waiting(let reason): "\(dataset): nothing yet: \(reason)\(stands)"
        case .held(let reason): "\(dataset): held back: \(reason)\(stands)"
        case .failed(let reason, _): "\(dataset): failed: \(reason)\(stands)"
        }
    }

    /// The missing files by name, up to a bound; empty for a complete collection.
    public var shortfallLines: [String] {
        Self.lines(shortfalls, verb: "missing")
    }

    /// What was left out on purpose, likewise.
    public var skippedLines: [String] {
        Self.lines(skipped, verb: "left out")
    }

    /// Whether the line is news or trouble, rather than a detail.
    public var isNotable: Bool {
        if case .absent = ending { return false }
        return true
    }

    private func amount(_ generation: Generation) -> String {
        let files = ByteText.count(Int(clamping: generation.files), "file")
        return "\(files), \(ByteText.size(generation.bytes))"
    }

    private func newness(_ generation: Generation) -> String {
        var parts: [String] = []
        switch generation.outcome {
        case .complete: parts.append("complete")
        case .partial: parts.append("partial")
        case .failed: parts.append("failed")
        }
        if let figures, figures.filesRead > 0 {
            let read = ByteText.count(Int(clamping: figures.filesRead), "file")
            parts.append("\(read) read (\(ByteText.size(figures.bytesRead)))")
        }
        return parts.joined(separator: ", ")
    }

    private var stands: String {
        guard let standing else { return "" }
        return "; generation \(standing.sequence) with \(amount(standing)) stands"
    }

    fileprivate static func lines(_ list: [Shortfall], verb: String) -> [String] {
        // A single one more is named rather than counted.
        let bound = list.count == namedShortfalls + 1 ? list.count : namedShortfalls
        var lines = list.prefix(bound).map { shortfall in
            "  \(verb): \(shortfall.path.isEmpty ? "" : shortfall.path + ": ")\(shortfall.reason)"
        }
        if list.count > bound {
            lines.append("  and \(ByteText.grouped(list.count - bound)) more; clix-collectd status --json lists them")
        }
        return lines
    }
}
