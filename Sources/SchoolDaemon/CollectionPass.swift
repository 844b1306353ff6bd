import Collecting
import LevelTree
import Settings
import Staging
import Synchronization

/// What was gathered does not fit what has become known of the time since.
struct TimeLearned: Error, CustomStringConvertible {
    let description = "the time became known while this was gathered; the next collection takes it"
}

/// One pass over some datasets: each is gathered by its collector and staged, in the order of sending. What befalls one
/// dataset never stops the others.
public struct CollectionPass: Sendable {
    /// What a pass needs of staging; tests give their own. It tells its progress for the first time when its turn has come,
    /// and throws `TimeLearned` for what must be gathered again.
    public typealias Stage =
        @Sendable (Dataset, Gathering, CollectionMoment, (CollectionProgress) throws -> Void) throws -> CollectionResult

    /// What happens in a pass, told as it happens.
    public enum Event: Sendable {
        case began(Dataset)
        case progressed(Dataset, CollectionProgress)
        case ended(DatasetReport)
    }

    private let settings: CollectdSettings
    private let collectors: [Dataset: any Collector]
    private let context: @Sendable (CollectionMoment, Dataset) -> CollectionContext
    private let moment: @Sendable () throws -> CollectionMoment
    private let bootSeconds: @Sendable () -> Double
    private let standing: @Sendable (Dataset) -> Generation?
    private let stage: Stage

    /// - Parameters:
    ///   - context: what the collector of a dataset is given.
    ///   - moment: the clocks, read once for each dataset: a pass over a slow disk may last past midnight of New Year.
    ///   - bootSeconds: for time limits.
    ///   - standing: the newest generation of a dataset, if there is one.
    public init(
        settings: CollectdSettings, collectors: [any Collector],
        context: @escaping @Sendable (CollectionMoment, Dataset) -> CollectionContext,
        moment: @escaping @Sendable () throws -> CollectionMoment, bootSeconds: @escaping @Sendable () -> Double,
        standing: @escaping @Sendable (Dataset) -> Generation?, stage: @escaping Stage
    ) {
        self.settings = settings
        self.collectors = Dictionary(collectors.map { ($0.dataset, $0) }, uniquingKeysWith: { first, _ in first })
        self.context = context
        self.moment = moment
        self.bootSeconds = bootSeconds
        self.standing = standing
        self.stage = stage
    }

    /// Collects these datasets, or all that are not switched off.
    ///
    /// - Parameter datasets: named by a person, who may also name one that is switched off; nil for all.
    public func run(
        _ datasets: [Dataset]? = nil, observer: @escaping @Sendable (Event) -> Void = { _ in }
    ) async -> [DatasetReport] {
        var reports: [DatasetReport] = []
        for dataset in order(datasets ?? settings.enabledDatasets) {
            guard !Task.isCancelled else { break }
            guard let collector = collectors[dataset] else { continue }
            observer(.began(dataset))
            let report = await collect(collector, observer)
            observer(.ended(report))
            reports.append(report)
        }
        return reports
    }

    private func order(_ datasets: [Dataset]) -> [Dataset] {
        Set(datasets).sorted { (settings.priority(of: $0), $0.name) < (settings.priority(of: $1), $1.name) }
    }

    /// - Parameter isAgain: the time had become known while it was gathered, which it does once.
    private func collect(
        _ collector: any Collector, _ observer: @escaping @Sendable (Event) -> Void, isAgain: Bool = false
    ) async -> DatasetReport {
        let dataset = collector.dataset
        do {
            let moment = try moment()
            var limit = TimeLimit(settings.settings(for: dataset).timeout, bootSeconds: bootSeconds)
            let context = context(moment, dataset)
            let location = collector.locate(context)
            // What was never here is no news. What was, and is not any more, is for staging's guards to judge, unless the
            // collector itself says that it is not wanted.
            let isNews = standing(dataset) != nil || location.mayBeMade
            if let absence = location.absence, !isNews || location.problem?.code == .notNeeded {
                return DatasetReport(dataset: dataset, ending: .absent(reason: absence))
            }
            let gathering = try await limit.bound { try await collector.gather(context) }
            defer { gathering.release() }
            limit.stop()
            let result = try stage(dataset, gathering.leavingOut(settings.settings(for: dataset).exclude), moment) {
                limit.goOn()
                try limit.check()
                observer(.progressed(dataset, $0))
            }
            return report(dataset, result, isForNow: gathering.isForNow)
        } catch is TimeLearned where !isAgain {
            return await collect(collector, observer, isAgain: true)
        } catch let problem as CollectingProblem where problem.code == .absent && standing(dataset) == nil {
            return DatasetReport(
                dataset: dataset, ending: .absent(reason: problem.message), isForNow: problem.isForNow)
        } catch {
            return report(dataset, failure: error)
        }
    }

    private func report(_ dataset: Dataset, _ result: CollectionResult, isForNow: Bool) -> DatasetReport {
        let ending: DatasetReport.Ending =
            switch result.ending {
            case .published(let generation): .published(generation)
            case .unchanged(let generation): .unchanged(generation)
            case .held(let reason): .held(reason: reason)
            case .waiting(let reason): .waiting(reason: reason)
            case .failed(let reason): .failed(reason: reason, cause: .source)
            }
        return DatasetReport(
            dataset: dataset, ending: ending, figures: result.figures, shortfalls: result.shortfalls,
            skipped: result.skipped, standing: standing(dataset), remade: result.remade,
            endedYearProblem: result.endedYearProblem, isForNow: isForNow)
    }

    private func report(_ dataset: Dataset, failure error: any Error) -> DatasetReport {
        DatasetReport(
            dataset: dataset, ending: .failed(reason: "\(error)", cause: DatasetReport.Cause(error)),
            standing: standing(dataset))
    }
}
