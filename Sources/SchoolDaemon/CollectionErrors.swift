import Collecting
import LevelTree
import Staging
import Terminal

/// What the last collection did not get whole, and why, in sentences: for `status`, and for the report to the store.
///
/// They tell no times, so that as long as nothing changes they are the same.
struct CollectionErrors {
    /// A dataset that is not whole, and why not.
    private struct Fault {
        let dataset: Dataset
        /// As in the record.
        let ending: String
        /// Of a partial one, what it lacks; of others one clause for the whole.
        var lacks: [Shortfall]
    }

    /// How many missing files are named; the rest are counted.
    private static let namedShortfalls = 3

    private let obstacles: [String]
    private var faults: [Fault] = []
    /// By the obstacle's number: what it keeps out altogether, and what in part.
    private var blocked: [Int: (whole: [Dataset], part: [Dataset])] = [:]

    /// - Parameters:
    ///   - datasets: those that are collected at all, in the order of telling.
    ///   - obstacles: reasons that many datasets can have in common; each is told once, with all of them.
    init(_ datasets: [Dataset], _ record: CollectionRecord, _ generations: [Generation], obstacles: [String]) {
        self.obstacles = obstacles
        for dataset in datasets {
            let newest = generations.filter { $0.dataset == dataset }.max { $0.sequence < $1.sequence }
            noteSubstitutes(dataset, record.datasets[dataset.name])
            if let fault = Self.fault(dataset, record.datasets[dataset.name], newest) { sort(fault) }
        }
    }

    /// What many have in common first.
    var sentences: [String] {
        obstacles.indices.compactMap(sentence) + faults.map(Self.sentence)
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

    /// What was taken in the place of something better, as the users' dump that the platform makes, leaves its dataset
    /// complete.
    private mutating func noteSubstitutes(_ dataset: Dataset, _ entry: CollectionRecord.Entry?) {
        guard let entry, entry.ending == Outcome.complete.rawValue else { return }
        for (number, obstacle) in obstacles.enumerated()
        where entry.leftOut.contains(where: { $0.reason.contains(obstacle) }) {
            blocked[number, default: ([], [])].part.append(dataset)
        }
    }

    private mutating func sort(_ fault: Fault) {
        var fault = fault
        let count = fault.lacks.count
        for (number, obstacle) in obstacles.enumerated() {
            let rest = fault.lacks.filter { !$0.reason.contains(obstacle) }
            guard rest.count < fault.lacks.count else { continue }
            fault.lacks = rest
            if fault.ending == Outcome.partial.rawValue {
                blocked[number, default: ([], [])].part.append(fault.dataset)
            } else {
                blocked[number, default: ([], [])].whole.append(fault.dataset)
            }
        }
        // Nothing is left to tell; and what this machine does not have is no error.
        guard !fault.lacks.isEmpty || count == 0, fault.ending != "absent" else { return }
        faults.append(fault)
    }

    private func sentence(_ obstacle: Int) -> String? {
        guard let (whole, part) = blocked[obstacle] else { return nil }
        var clauses: [String] = []
        if !whole.isEmpty { clauses.append("not collected: \(whole.map(\.name).joined(separator: ", "))") }
        if !part.isEmpty { clauses.append("collected in part: \(part.map(\.name).joined(separator: ", "))") }
        return "\(clauses.joined(separator: "; ")): \(obstacles[obstacle])"
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
            obstacles: context.container.obstacles.map(\.message))
        let masking = context.masking()
        return errors.sentences.map { masking.apply(to: $0) }
    }
}
