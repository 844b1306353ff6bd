import LevelTree
import Staging

/// `git-commit.log`: what gStudio and qbank run, and what was changed on this server. Made here from the code tree where
/// there is one; the field's own `git-commit-details.log` stands beside it.
struct GitLogCollector: Collector {
    let dataset = Dataset.gitLog
    private let made = RelativePath.fixed("git-commit.log")
    private let fields = RelativePath.fixed("git-commit-details.log")

    func locate(_ context: CollectionContext) -> Location {
        let sources = context.sources
        var parts: [Gathering.Part] = []
        func add(_ name: RelativePath) {
            let place = sources.inData("\(name)")
            // What else may be there in its place is for staging to name, and only that file is missing then.
            if Place.look(at: place, for: .file) != .absent { parts.append(.file(at: place, as: name)) }
        }
        add(fields)
        switch Place.look(at: SourcePlace(root: sources.code), for: .folder) {
        case .there:
            return Location(
                gathering: Gathering(parts: parts),
                notes: ["\(made) is made from the repositories in \(sources.code)"])
        case .misplaced(let problem):
            return Location(gathering: Gathering(parts: parts), problem: problem)
        case .absent: add(made)
        }
        guard parts.isEmpty else { return Location(gathering: Gathering(parts: parts)) }
        return Location(
            absence: "there is no code tree at \(sources.code), and neither \(made) nor \(fields) in \(sources.data)")
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        guard hasCode(context) else { return try locate(context).checkedGathering() }
        var gathering = locate(context).gathering
        let text = await makeText(context)
        gathering.shortfalls += text.shortfalls
        guard text.hasContent else { return gathering }
        gathering.parts.append(.text(text.bytes, as: made, mode: 0o644, modified: context.now))
        return gathering
    }

    private func hasCode(_ context: CollectionContext) -> Bool {
        Place.look(at: SourcePlace(root: context.sources.code), for: .folder) == .there
    }

    private func makeText(
        _ context: CollectionContext
    ) async -> (bytes: [UInt8], shortfalls: [Shortfall], hasContent: Bool) {
        let sources = context.sources
        let reader = GitReader(programs: context.programs, masking: context.masking(), scratch: context.scratch)
        var text = GitLogText(file: "\(made)")
        var hasContent = false
        let trees = [
            ("gstudio-docker", sources.code, SourcePlace(root: sources.code), false),
            ("gstudio", sources.gstudioTree, sources.inCode("gstudio"), true),
            ("qbank-lite", sources.qbankTree, sources.inCode("gstudio/gnowsys-ndf/qbank-lite"), true),
        ]
        for (name, tree, place, isNamedByStandard) in trees {
            do throws(CollectingProblem) {
                // git itself would follow a symlink on the way.
                if let problem = Place.look(at: place, for: .folder).problem { throw problem }
                let answers = try await reader.answers(of: tree, within: sources.code)
                text.addSection(name, answers)
                hasContent = hasContent || answers.contains { $0.problem == nil }
            } catch  where error.code == .absent && !isNamedByStandard {
                continue
            } catch {
                text.addSection(name, problem: error.message)
            }
        }
        return (text.bytes, text.shortfalls, hasContent)
    }
}
