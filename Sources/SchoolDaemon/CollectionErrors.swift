import Collecting
import LevelTree
import Staging
import Terminal

/// What the last collection did not get whole, and why, in sentences: for `status`, and for the report to the store.
///
/// They tell no times but that of a dump that was taken in the place of a better one, so that as long as nothing changes
/// they are the same.
struct CollectionErrors {
    /// A dataset that is not whole, and why not.
    private struct Fault {
        let dataset: Dataset
        /// As in the record.
        let ending: String
        /// Of a partial one, what it lacks; of others one clause for the whole.
        var lacks: [Shortfall]
    }

    /// What one obstacle does.
    private struct Blocked {
        /// The obstacle's own sentence, as the first dataset quotes it.
        let cause: String
        /// What it keeps out altogether.
        var whole: [Dataset] = []
        var part: [Dataset] = []
        /// What was taken in the place of something better, in words.
        var taken: [String] = []
    }

    /// How many missing files are named; the rest are counted.
    private static let namedShortfalls = 3

    private let obstacles: [ContainerObstacle]
    private var faults: [Fault] = []
    /// By the obstacle's number.
    private var blocked: [Int: Blocked] = [:]
    private var substitutes: [String] = []

    /// - Parameters:
    ///   - datasets: those that are collected at all, in the order of telling.
    ///   - obstacles: reasons that many datasets can have in common; each is told once, with all of them.
    init(
        _ datasets: [Dataset], _ record: CollectionRecord, _ generations: [Generation], obstacles: [ContainerObstacle]
    ) {
        self.obstacles = obstacles
        for dataset in datasets {
            let newest = generations.filter { $0.dataset == dataset }.max { $0.sequence < $1.sequence }
            noteSubstitutes(dataset, record.datasets[dataset.name])
            if let fault = Self.fault(dataset, record.datasets[dataset.name], newest) { sort(fault) }
        }
    }

    /// What many have in common first.
    var sentences: [String] {
        obstacles.indices.compactMap { blocked[$0].map(Self.sentence) } + substitutes + faults.map(Self.sentence)
    }

    private static func fault(_ dataset: Dataset, _ entry: CollectionRecord.Entry?, _ newest: Generation?) -> Fault? {
        // The record may be lost; what stands is known all the same.
        guard let ending = entry?.ending ?? newest?.outcome.rawValue else { return nil }
        if ending == Outcome.partial.rawValue {
            return Fault(dataset: dataset, ending: ending, lacks: newest?.shortfalls ?? [])
        }
        guard ["failed", "held", "absent"].contains(ending) else { return nil }
        return Fault(dataset: dataset, ending: ending, lacks: [Shortfall(path: "", reason: entry?.reason ?? "")])
    }

    /// The platform's dump of the users leaves its dataset complete, whatever of ours it stands for.
    private mutating func noteSubstitutes(_ dataset: Dataset, _ entry: CollectionRecord.Entry?) {
        guard let entry, entry.ending == Outcome.complete.rawValue else { return }
        for (taken, cause) in entry.leftOut.compactMap({ SubstituteDump.told(by: $0.reason) }) {
            if let (number, sentence) = obstacle(in: cause) {
                blocked[number, default: Blocked(cause: sentence)].taken.append("\(dataset): \(taken)")
            } else {
                substitutes.append("\(dataset): \(taken), as none could be made: \(cause)")
            }
        }
    }

    private func obstacle(in reason: String) -> (number: Int, sentence: String)? {
        for (number, obstacle) in obstacles.enumerated() {
            if let range = obstacle.range(in: reason) { return (number, String(reason[range])) }
        }
        return nil
    }

    private mutating func sort(_ fault: Fault) {
        var rest = fault
        rest.lacks = []
        for lack in fault.lacks {
            guard let (number, sentence) = obstacle(in: lack.reason) else {
                rest.lacks.append(lack)
                continue
            }
            var one = blocked[number] ?? Blocked(cause: sentence)
            if fault.ending != Outcome.partial.rawValue {
                one.whole.append(fault.dataset)
            } else if one.part.last != fault.dataset {
                one.part.append(fault.dataset)
            }
            blocked[number] = one
        }
        // Nothing is left to tell; and what this machine does not have is no error.
        guard !rest.lacks.isEmpty || fault.lacks.isEmpty, fault.ending != "absent" else { return }
        faults.append(rest)
    }

    private static func sentence(_ blocked: Blocked) -> String {
        func clause(_ start: String, _ datasets: [Dataset]) -> [String] {
            datasets.isEmpty ? [] : ["\(start): \(datasets.map(\.name).joined(separator: ", "))"]
        }
        let clauses =
            clause("not collected", blocked.whole) + clause("collected in part", blocked.part) + blocked.taken
        return "\(clauses.joined(separator: "; ")): \(blocked.cause)"
    }

    private static func sentence(_ fault: Fault) -> String {
        let whole = fault.lacks.first?.reason ?? ""
        switch fault.ending {
        case "held": return "\(fault.dataset): held back: \(whole)"
        case Outcome.partial.rawValue: break
        default: return "\(fault.dataset): failed: \(whole)"
        }
        var clauses = fault.lacks.prefix(namedShortfalls).map { "\($0.path.isEmpty ? "" : "\($0.path): ")\($0.reason)" }
        if fault.lacks.count > clauses.count {
            clauses.append("and \(ByteText.grouped(fault.lacks.count - clauses.count)) more")
        }
        return (["\(fault.dataset): partial"] + [clauses.joined(separator: "; ")].filter { !$0.isEmpty })
            .joined(separator: ": ")
    }
}

extension School {
    /// Of this school, with secrets masked. A dataset that is switched off has none.
    func collectionErrors(of identity: SchoolIdentity, _ generations: [Generation]) -> [String] {
        let context = lookingContext(identity)
        let errors = CollectionErrors(
            settings.enabledDatasets, CollectionRecord.load(from: files), generations,
            obstacles: context.container.obstacles)
        let masking = context.masking()
        return errors.sentences.map { masking.apply(to: $0) }
    }
}
