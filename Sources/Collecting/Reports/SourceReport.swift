import LevelTree
import Staging

/// One dataset's sources as `sources` and `check` show them: where it is, how big it is, what is skipped and why.
public struct SourceReport: Sendable {
    public let dataset: Dataset
    /// The folders and files that it is collected, or made, from, on this machine or inside the container, as text for
    /// people; first what is counted.
    public let places: [String]
    /// Why there is nothing to collect here; normal for some installations.
    public let absence: String?
    /// Why what is there cannot be collected under this dataset's name.
    public let problem: String?
    /// What a person should know besides: that a file is made at each collection, or why it is partial in any case.
    public internal(set) var notes: [String]
    /// Counted by the walk that a collection makes, or from the container's own listing; nil where there is nothing to
    /// count.
    public let survey: SourceSurvey?

    /// Walks the dataset's sources on this machine; reads no content and runs no program. Of what only the container has,
    /// it counts what was fetched last.
    /// - Parameter adjust: what the caller does to a gathering before it is collected, as leaving out what the
    ///   configuration excludes; so the report speaks of what a collection would take.
    public init(
        of collector: any Collector, in context: CollectionContext, adjust: (Gathering) -> Gathering = { $0 }
    ) {
        self.init(collector.dataset, collector.locate(context), context, adjust)
    }

    private init(
        _ dataset: Dataset, _ location: Location, _ context: CollectionContext, _ adjust: (Gathering) -> Gathering
    ) {
        self.dataset = dataset
        absence = location.absence
        problem = location.absence == nil ? location.problem?.message : nil
        notes = location.notes + location.gathering.shortfalls.map(\.reason)
        let isTaken = !location.gathering.parts.isEmpty
        let gathering = isTaken ? adjust(location.gathering) : Gathering(parts: location.origins)
        guard location.absence == nil, location.problem == nil, isTaken || !gathering.parts.isEmpty else {
            places = location.inside
            survey = nil
            return
        }
        let here = Self.places(of: gathering, context)
        let isCountedHere = location.look.map { !$0.source.isCached } ?? false
        places = isCountedHere ? here + location.inside : location.inside + here
        survey = SourceSurvey(of: gathering)
    }

    /// Of what was counted inside.
    private init(_ dataset: Dataset, _ location: Location, _ survey: SourceSurvey, beside: [String]) {
        self.dataset = dataset
        self.survey = survey
        places = location.inside + beside
        absence = nil
        problem = nil
        notes = location.notes + location.gathering.shortfalls.map(\.reason)
    }

    /// Counts what only the container has where it is: one listing in there, of names and sizes, with idle priority. What
    /// cannot be listed is counted as it was fetched last, or as the copy on this machine, and that is said.
    /// - Parameters:
    ///   - isRunning: whether the container runs; if not, it is not asked.
    ///   - adjust: as above.
    public static func looking(
        at collector: any Collector, in context: CollectionContext, isRunning: Bool,
        adjust: (Gathering) -> Gathering = { $0 }
    ) async -> SourceReport {
        let location = collector.locate(context)
        var report = SourceReport(collector.dataset, location, context, adjust)
        guard let look = location.look, location.problem == nil else { return report }
        guard isRunning else {
            report.notes.append(look.whatIsCounted(report, because: "the container is not asked now"))
            return report
        }
        do throws(ContainerProblem) {
            if let survey = try await look.survey(adjust) {
                return SourceReport(
                    collector.dataset, location, survey, beside: places(of: Gathering(parts: look.beside), context))
            }
            report.notes.append(look.whatIsCounted(report, because: "it is not \(look.source.text)"))
        } catch {
            report.notes.append(look.whatIsCounted(report, because: context.masking().apply(to: error.message)))
        }
        return report
    }

    /// Without our own copies of what was fetched.
    private static func places(of gathering: Gathering, _ context: CollectionContext) -> [String] {
        let cache = Array(context.containerCache.utf8)
        return gathering.parts.compactMap(\.place).filter { $0.root != cache }.map { escapedText($0.path) }
    }
}

extension InsideLook {
    /// What the figures are of where they are not of the container.
    fileprivate func whatIsCounted(_ report: SourceReport, because reason: String) -> String {
        let counted =
            if report.survey == nil {
                "nothing is counted"
            } else if source.isCached {
                "counted as it was fetched last"
            } else {
                "counted is the copy on this machine"
            }
        return "\(counted): \(reason)"
    }
}
