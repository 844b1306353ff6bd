import LevelTree
import Staging

/// Makes files that may still be in the making wait for the next pass, and remembers since when.
///
/// | a file was changed | its writer | what becomes of it |
/// |---|---|---|
/// | within two minutes | either | waits |
/// | within 25 minutes | runs in the container | waits, and so does all else that this run wrote |
/// | within 25 minutes | does not run, or cannot be asked for | taken |
/// | earlier, or in the future | either | taken |
/// | at any time, and has waited 25 minutes | either | taken |
struct HalfSets: Sendable {
    let dataset: Dataset
    let context: CollectionContext
    /// What stands in the command lines of the programs that write it; none where nothing can run.
    let writers: [String]

    init(_ dataset: Dataset, writers: [String], _ context: CollectionContext) {
        self.dataset = dataset
        self.writers = writers
        self.context = context
    }

    /// The same gathering, of which the files that are not finished wait.
    /// - Throws: `CollectingProblem` if it cannot be read since when they do.
    func settled(_ gathering: Gathering) async throws(CollectingProblem) -> Gathering {
        guard !context.settled.contains(dataset) else {
            var whole = gathering
            whole.memory = try forgotten()
            return whole
        }
        let former = try former()
        let look = look(at: gathering, former)
        var candidates = look.fresh
        var reasons = look.fresh.mapValues { _ in Self.freshReason }
        if !look.recent.isEmpty, let writer = await runningWriter() {
            candidates.merge(look.recent) { first, _ in first }
            for path in candidates.keys { reasons[path] = "waits for the next pass: \(writer) still runs" }
        }
        var settled = gathering
        settled.parts = gathering.parts.map { Self.part($0, waiting: reasons, seen: look.seen) }
        settled.memory = memory(of: candidates, former)
        return settled
    }

    /// What waits no longer: for a collection that took the files in another way.
    /// - Throws: `CollectingProblem` if it cannot be read what does.
    func forgotten() throws(CollectingProblem) -> [UInt8]? { memory(of: [:], try former()) }

    // MARK: What is there

    /// Each file that may have to wait, with the second since when it does.
    private struct Look {
        var seen: Set<RelativePath> = []
        var fresh: [RelativePath: Int64] = [:]
        var recent: [RelativePath: Int64] = [:]
    }

    private func look(at gathering: Gathering, _ former: WaitingMemory) -> Look {
        let settling = Settling(now: context.machineNow)
        let excluded = context.excluded(dataset)
        var look = Look()
        gathering.forEachFile { path, modified in
            look.seen.insert(path)
            let age = settling.age(modified: modified)
            guard age != .settled, !excluded.matches(path) else { return }
            let first = former.since[escapedText(path.bytes)] ?? context.machineNow.seconds
            guard !settling.hasWaitedLongest(since: first) else { return }
            if age == .fresh { look.fresh[path] = first } else { look.recent[path] = first }
        }
        return look
    }

    /// The first of the writers that the container runs now. One that cannot be asked runs nothing.
    private func runningWriter() async -> String? {
        guard !writers.isEmpty, let lines = try? await context.container.commandLines() else { return nil }
        return writers.first { writer in lines.contains { $0.contains(writer) } }
    }

    // MARK: What becomes of it

    private static let freshReason = "waits for the next pass: it was changed a moment ago"

    private static func part(
        _ part: Gathering.Part, waiting: [RelativePath: String], seen: Set<RelativePath>
    ) -> Gathering.Part {
        switch part {
        case .folder(var folder):
            let include = folder.include
            folder.include = { path in
                let verdict = include?(path) ?? .take
                guard case .take = verdict else { return verdict }
                if let reason = waiting[path] { return .wait(reason) }
                // Made since then.
                return seen.contains(path) ? .take : .wait(freshReason)
            }
            return .folder(folder)
        case .file(let place, let path):
            return waiting[path].map { .waiting(at: place, as: path, reason: $0) } ?? part
        case .text, .made, .missed, .waiting: return part
        }
    }

    private func former() throws(CollectingProblem) -> WaitingMemory {
        try context.memory(dataset).flatMap { WaitingMemory($0.bytes) } ?? WaitingMemory()
    }

    /// Nil where what is remembered stays as it was.
    private func memory(of waiting: [RelativePath: Int64], _ former: WaitingMemory) -> [UInt8]? {
        var memory = WaitingMemory()
        for (path, first) in waiting { memory.since[escapedText(path.bytes)] = first }
        return memory == former ? nil : try? memory.encoded()
    }
}
