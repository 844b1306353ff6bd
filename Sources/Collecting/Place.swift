import LevelTree
import Staging

/// Finds the first of several places where a dataset may lie.
enum Place {
    /// A folder, taken whole but for what is never collected.
    /// - Parameters:
    ///   - include: asked for each file that may be collected at all.
    ///   - judge: asked what a small file holds; nil where people upload what they will.
    static func folder(
        _ candidates: [SourcePlace],
        include: @escaping @Sendable (RelativePath) -> SourceVerdict = NeverCollected.fileVerdictWithKeys,
        judge: SourceFolder.ContentJudge? = KeyContent.refusal
    ) -> Location {
        locate(.folder, candidates) { place in
            .folder(SourceFolder(place, include: include, enter: NeverCollected.folderVerdict, judge: judge))
        }
    }

    /// A single file, as the dataset's `name`.
    static func file(_ candidates: [SourcePlace], as name: RelativePath) -> Location {
        locate(.file, candidates) { .file(at: $0, as: name) }
    }

    enum Sight: Hashable {
        /// It is there; whether it may be read, staging will say.
        case there
        case absent
        /// Something else is there, or a symlink on the way.
        case misplaced(CollectingProblem)

        var problem: CollectingProblem? {
            if case .misplaced(let problem) = self { problem } else { nil }
        }
    }

    static func look(at place: SourcePlace, for expected: SourcePlace.Expected) -> Sight {
        do throws(SourceProblem) {
            try place.check(for: expected)
            return .there
        } catch {
            switch error.kind {
            case .absent: return .absent
            case .unreadable: return .there
            case .brokenRoot, .link, .misplaced:
                return .misplaced(CollectingProblem(.misplaced, error.message))
            }
        }
    }

    private static func locate(
        _ expected: SourcePlace.Expected, _ candidates: [SourcePlace], part: (SourcePlace) -> Gathering.Part
    ) -> Location {
        for place in candidates {
            let sight = look(at: place, for: expected)
            if sight == .absent { continue }
            return Location(gathering: Gathering(parts: [part(place)]), problem: sight.problem)
        }
        let names = candidates.map { escapedText($0.path) }.joined(separator: ", nor ")
        return Location(
            gathering: Gathering(parts: [part(candidates[0])]),
            absence: "there is no \(expected == .folder ? "folder" : "file") \(names)")
    }
}
