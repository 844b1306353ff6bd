import LevelTree
import Staging

/// `git-commit.log`: what gStudio and qbank run, and what was changed on this server. Made from the code tree, on the host
/// or, where there is none, inside the container; the field's own `git-commit-details.log` stands beside it.
///
/// What was had before and cannot be had now stays as it was: git may be missing for a day, or one of the disks not be
/// mounted. What never was had is not missed.
struct GitLogCollector: Collector {
    let dataset = Dataset.gitLog
    private let made = RelativePath.fixed("git-commit.log")
    private let fields = RelativePath.fixed("git-commit-details.log")

    func locate(_ context: CollectionContext) -> Location {
        let sources = context.sources
        var parts = [part(fields, context)].compactMap { $0 }
        switch Place.look(at: SourcePlace(root: sources.code), for: .folder) {
        case .there:
            return Location(
                gathering: Gathering(parts: parts),
                notes: ["\(made) is made from the repositories in \(sources.code)"])
        case .misplaced(let problem):
            return Location(gathering: Gathering(parts: parts), problem: problem)
        case .absent: parts += [part(made, context)].compactMap { $0 }
        }
        var location = Location(gathering: Gathering(parts: parts))
        if parts.isEmpty {
            location.absence =
                "there is no code tree at \(sources.code), and neither \(made) nor \(fields) in \(sources.data)"
        }
        location.inside = ["in the container \(context.container.name), \(context.containerPaths.code)"]
        location.mayBeMade = true
        return location
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let location = locate(context)
        if let problem = location.problem { throw problem }
        var gathering = location.gathering
        /// Why nothing can be asked inside.
        var outage: ContainerProblem?
        if location.inside.isEmpty {
            if Place.look(at: SourcePlace(root: context.sources.code), for: .folder) == .there {
                try await addMade(to: &gathering, context)
            }
        } else {
            switch await context.container.state() {
            case .running: addMade(await textFromInside(context), to: &gathering, context)
            case .problem(let problem): outage = problem
            }
        }
        guard gathering.parts.contains(where: isHad) else {
            let why = outage.map { ", and the container cannot be asked: \($0)" } ?? ""
            throw CollectingProblem(
                .absent, (location.absence ?? "there is nothing to collect") + why,
                isForNow: outage?.mayPass ?? false)
        }
        gathering.isForNow = outage?.mayPass ?? false
        try keepFormer(&gathering, context, outage?.message)
        return gathering
    }

    /// The field's file of this name; missed where something else lies in its place, nil where nothing does.
    private func part(_ name: RelativePath, _ context: CollectionContext) -> Gathering.Part? {
        let place = context.sources.inData("\(name)")
        switch Place.look(at: place, for: .file) {
        case .there: return .file(at: place, as: name)
        case .misplaced(let problem): return .missed(name, reason: problem.message)
        case .absent: return nil
        }
    }

    private func isHad(_ part: Gathering.Part) -> Bool {
        if case .missed = part { false } else { true }
    }

    // MARK: What is made

    /// - Throws: `CollectingProblem` if git says nothing and there is nothing else.
    private func addMade(to gathering: inout Gathering, _ context: CollectionContext) async throws(CollectingProblem) {
        let text = await makeText(context)
        if text.hasContent {
            gathering.parts.append(.text(text.bytes, as: made, mode: 0o644, modified: context.now))
            gathering.shortfalls += text.shortfalls
        } else if !text.hasRepository, let part = part(made, context) {
            gathering.parts.append(part)
        } else if gathering.parts.contains(where: isHad) {
            gathering.shortfalls += text.shortfalls
        } else {
            let code: CollectingProblem.Code = text.hasRepository ? .unusable : .absent
            throw CollectingProblem(code, text.shortfalls.map(\.reason).joined(separator: "; "))
        }
    }

    /// What lies on the host stays where git inside says nothing.
    private func addMade(_ text: GitLogText, to gathering: inout Gathering, _ context: CollectionContext) {
        if text.hasContent {
            gathering.parts.removeAll { names($0, made) }
            gathering.parts.append(.text(text.bytes, as: made, mode: 0o644, modified: context.now))
        }
        if text.hasRepository { gathering.shortfalls += text.shortfalls }
    }

    private func makeText(_ context: CollectionContext) async -> GitLogText {
        let code = context.sources.code
        let reader = GitReader(programs: context.programs, masking: context.masking(), scratch: context.scratch)
        return await makeText(in: code) { place throws(CollectingProblem) in
            // git itself would follow a symlink on the way.
            if let problem = Place.look(at: place, for: .folder).problem { throw problem }
            return try await reader.answers(of: String(decoding: place.path, as: UTF8.self), within: code)
        }
    }

    private func textFromInside(_ context: CollectionContext) async -> GitLogText {
        let reader = ContainerGit(container: context.container, masking: context.masking())
        return await makeText(in: context.containerPaths.code) { place throws(CollectingProblem) in
            try await reader.answers(of: String(decoding: place.path, as: UTF8.self))
        }
    }

    private func makeText(
        in code: String, answers: (SourcePlace) async throws(CollectingProblem) -> [GitReader.Answer]
    ) async -> GitLogText {
        var text = GitLogText(file: "\(made)")
        for tree in GitTree.all {
            do throws(CollectingProblem) {
                text.addSection(tree.name, try await answers(tree.place(in: code)))
            } catch  where error.code == .absent && !tree.isNamedByStandard {
                continue
            } catch {
                text.addSection(tree.name, error)
            }
        }
        return text
    }

    // MARK: What was had before

    /// Declares as missed what an earlier pass had and this one has not, and remembers what it has.
    private func keepFormer(
        _ gathering: inout Gathering, _ context: CollectionContext, _ outage: String?
    ) throws(CollectingProblem) {
        let memory = try context.memory(dataset)
        let former = Set((memory?.bytes ?? []).split(separator: UInt8(ascii: "\n")).map(Array.init))
        var had: Set<[UInt8]> = []
        for name in [fields, made] {
            if gathering.parts.contains(where: { isHad($0) && names($0, name) }) {
                had.insert(name.bytes)
            } else if former.contains(name.bytes), !gathering.parts.contains(where: { names($0, name) }) {
                let why = outage.map { ": \($0)" } ?? ""
                gathering.parts.append(.missed(name, reason: "cannot be had now, and was before\(why)"))
            }
        }
        // In a new year there is no earlier content of it to keep: that is said once.
        let year = context.year?.number ?? context.timeZone.local(context.now).year
        if memory?.year.number == year { had.formUnion(former) }
        gathering.memory = Array(
            had.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: [UInt8(ascii: "\n")]))
    }

    private func names(_ part: Gathering.Part, _ name: RelativePath) -> Bool {
        switch part {
        case .file(_, let path), .text(_, let path, _, _), .missed(let path, _): path == name
        case .folder, .made, .waiting: false
        }
    }
}
