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
        /// What is known of what it is made from, inside the container.
        var more: String?

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
            if let more { notes.append(more) }
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
    /// Why nothing inside the container could be looked at, and what to do; nil if it could, or need not.
    public let outage: String?

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
        let lines = outage.map { "\n\(TerminalText.escaped($0))\n" } ?? ""
        return table.rendered() + lines
    }
}

extension School {
    /// Counts names and sizes of every dataset, or of those named, also inside the container where that runs; reads no
    /// content, and collects nothing.
    /// - Throws: `CollectingProblem` if who the school is cannot be told.
    public func sources(_ datasets: [Dataset]?) async throws -> SourcesReport {
        let context = lookingContext(try identity())
        let collectors = collectors(datasets)
        let inside = collectors.filter { isInside($0, context) }.map(\.dataset.name)
        var problem: ContainerProblem?
        if !inside.isEmpty, case .problem(let found) = await context.container.state() { problem = found }
        var rows: [SourcesReport.Row] = []
        for collector in collectors {
            let own = settings.settings(for: collector.dataset)
            var row = SourcesReport.Row(
                source: await SourceReport.looking(
                    at: collector, in: context, isRunning: problem == nil, adjust: { $0.leavingOut(own.exclude) }),
                settings: own)
            if collector.dataset.name == "postgres-dump", problem == nil {
                row.more = await DumpServers.postgresSize(context)
                    .map { "the databases in the container take \(ByteText.size($0)) there" }
            }
            rows.append(row)
        }
        return SourcesReport(
            rows: rows,
            outage: problem.map {
                "\(inside.joined(separator: ", ")): what the container has of these was not looked at: \($0.message)"
            })
    }

    /// Whether something of it is only in there.
    private func isInside(_ collector: any Collector, _ context: CollectionContext) -> Bool {
        collector.dataset.name == "postgres-dump" || !collector.locate(context).inside.isEmpty
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
