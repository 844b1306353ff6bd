import Collecting
import LevelTree
import Settings
import Staging
import Terminal

/// Where each dataset lies on this machine, how much there is, and what is left out; what `sources` tells.
public struct SourcesReport: Sendable {
    public struct Row: Sendable {
        public let source: SourceReport
        let settings: DatasetSettings

        /// What stands below the dataset's line.
        public var notes: [String] {
            var notes: [String] = []
            if !settings.isEnabled { notes.append("switched off under [collect]") }
            if let absence = source.absence { notes.append(absence) }
            if let problem = source.problem { notes.append(problem) }
            notes += source.notes
            if !settings.exclude.isEmpty {
                notes.append("left out by exclude: \(settings.exclude.patterns.joined(separator: ", "))")
            }
            guard let survey = source.survey else { return notes }
            return notes + Self.lines(survey.missed, of: survey.missedCount, "cannot be read")
                + Self.lines(survey.skipped, of: survey.skippedCount, "left out")
        }

        /// Whether something that should be collected cannot be.
        public var isShort: Bool {
            settings.isEnabled && (source.problem != nil || source.survey.map { $0.missedCount > 0 } ?? false)
        }

        /// The first few by name, the rest counted.
        private static func lines(_ list: [Shortfall], of count: UInt64, _ verb: String) -> [String] {
            let named = list.prefix(DatasetReport.namedShortfalls)
            var lines = named.map { "\(verb): \($0.path.isEmpty ? "" : $0.path + ": ")\($0.reason)" }
            let rest = count - UInt64(named.count)
            if rest > 0 { lines.append("\(verb): \(ByteText.grouped(Int(clamping: rest))) more") }
            return lines
        }
    }

    /// In the order of collecting.
    public let rows: [Row]

    public var exitStatus: ExitStatus { rows.contains(where: \.isShort) ? .partial : .ok }

    public var text: String {
        var table = TextTable([("DATASET", .left), ("FILES", .right), ("SIZE", .right), ("WHERE", .left)])
        for row in rows {
            let survey = row.source.survey
            table.append([
                row.source.dataset.name, survey.map { ByteText.grouped(Int(clamping: $0.files)) } ?? "-",
                survey.map { ByteText.size($0.bytes) } ?? "-", row.source.places.first ?? "-",
            ])
            for place in row.source.places.dropFirst() { table.append(["", "", "", place]) }
            for note in row.notes { table.append(["", "", "", "  " + note]) }
        }
        return table.rendered()
    }
}

extension School {
    /// Counts names and sizes of every dataset, or of those named; reads no content, and collects nothing.
    /// - Throws: `CollectingProblem` if who the school is cannot be told.
    public func sources(_ datasets: [Dataset]?) throws -> SourcesReport {
        let context = lookingContext(try identity())
        return SourcesReport(
            rows: collectors(datasets).map { collector in
                let own = settings.settings(for: collector.dataset)
                return SourcesReport.Row(
                    source: SourceReport(of: collector, in: context, adjust: { $0.leavingOut(own.exclude) }),
                    settings: own)
            })
    }

    /// Of every dataset, or of those named, in the order of collecting.
    func collectors(_ datasets: [Dataset]? = nil) -> [any Collector] {
        Collectors.all.filter { datasets?.contains($0.dataset) ?? true }
            .sorted { left, right in
                (settings.priority(of: left.dataset), left.dataset.name)
                    < (settings.priority(of: right.dataset), right.dataset.name)
            }
    }

    /// For finding sources, which does not depend on the time.
    func lookingContext(_ identity: SchoolIdentity) -> CollectionContext {
        var context = CollectionContext(
            sources: settings.source, identity: identity, now: clock.now(), isClockTrusted: true, timeZone: zone,
            scratch: scratch, containerCache: containerCache)
        recall(in: &context)
        return context
    }
}
