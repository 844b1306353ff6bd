import Collecting
import LevelTree
import Settings
import Terminal

@testable import SchoolDaemon
@testable import Staging

/// swift-testing has one of its own.
typealias ExitStatus = Terminal.ExitStatus

/// A dataset that is anywhere, or nowhere, or cannot be had.
struct FakeCollector: Collector {
    let dataset: Dataset
    var location = Location(gathering: Gathering(parts: []))
    var problem: CollectingProblem?

    func locate(_ context: CollectionContext) -> Location { location }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        if let problem { throw problem }
        return location.gathering
    }
}

/// One that never ends of itself.
struct EndlessCollector: Collector {
    let dataset: Dataset

    func locate(_ context: CollectionContext) -> Location { Location() }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        while !Task.isCancelled { await Task.yield() }
        throw CollectingProblem(.unreadable, "cancelled")
    }
}

extension Dataset {
    static func of(_ name: String) -> Dataset {
        guard let dataset = Dataset.named(name).first else { fatalError("\(name) is no dataset") }
        return dataset
    }
}

extension Generation {
    static func made(
        _ dataset: Dataset, _ outcome: Outcome = .complete, sequence: UInt64 = 1, year: Int = 2027
    ) throws -> Generation {
        Generation(
            sequence: sequence, dataset: dataset, year: try Year(year), outcome: outcome, files: 3, bytes: 4096,
            startedMilliseconds: 1_800_000_000_000, finishedMilliseconds: 1_800_000_001_000, isClockTrusted: true)
    }
}

func result(_ ending: CollectionResult.Ending, shortfalls: [Shortfall] = []) -> CollectionResult {
    CollectionResult(ending: ending, figures: CollectionFigures(), shortfalls: shortfalls, skipped: [])
}
