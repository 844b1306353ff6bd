import Collecting
import LevelTree
import Settings

/// Why more than one job comes to nothing. It is told once for all of them.
struct CommonCause: Sendable, Hashable {
    enum Subject: Sendable, Hashable {
        /// The container, or the engine, may not or cannot be asked.
        case container
        /// The staging directory, or its disk, has no room.
        case disk
        /// Who the school is, or its staging directory, cannot be had.
        case school
    }

    var subject: Subject
    /// A line for a person, without the full stop.
    var sentence: String
    /// The same again is not worth another line.
    var topic: String
    /// Those that the sentence speaks of.
    var jobs: Set<Job>
}

extension School {
    /// What of this school is made by the container's own programs, and what else lies only in there.
    func containerDatasets(_ context: CollectionContext?) -> (dumped: [Dataset], inside: [Dataset]) {
        func isOn(_ dataset: Dataset) -> Bool { settings.settings(for: dataset).isEnabled }
        let dumped = ["db", "postgres-dump"].compactMap(Dataset.init(name:)).filter(isOn)
        let inside = collectors().filter { collector in
            isOn(collector.dataset) && context.map { !collector.locate($0).inside.isEmpty } ?? false
        }
        return (dumped, inside.map(\.dataset))
    }

    /// What stands in the way of all that lies in the container, where that alone is what somebody ran into.
    ///
    /// - Parameter reasons: all that is wrong.
    func containerCause(of reasons: [String], _ identity: SchoolIdentity) -> CommonCause? {
        let context = lookingContext(identity)
        for (number, obstacle) in context.container.obstacles.enumerated() {
            let ranges = reasons.compactMap(obstacle.range)
            guard let reason = reasons.first, let range = ranges.first, ranges.count == reasons.count else { continue }
            let (dumped, inside) = containerDatasets(context)
            let datasets = dumped + inside.filter { !dumped.contains($0) }
            let scripts = DerivedScript.allCases.filter { use(of: $0) != .never }
            let names = datasets.map(\.name) + scripts.map { Job.run($0).name }
            return CommonCause(
                subject: .container,
                sentence: "without the container nothing new of \(names.joined(separator: ", ")): \(reason[range])",
                // What the engine said in between differs from one to the next.
                topic: "\(number)", jobs: Set(datasets.map(Job.collect) + scripts.map(Job.run)))
        }
        return nil
    }
}
