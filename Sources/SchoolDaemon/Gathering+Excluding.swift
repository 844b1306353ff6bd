import LevelTree
import Settings
import Staging

extension Gathering {
    /// The same, without what the configuration leaves out of this dataset. Left out on purpose, so neither listed nor
    /// a reason to call the outcome partial.
    func leavingOut(_ patterns: ExcludePatterns) -> Gathering {
        guard !patterns.isEmpty else { return self }
        var gathering = self
        gathering.parts = parts.compactMap { part in
            switch part {
            // The new lines of a log, read once: left out here, they would be lost. Its collector has held the patterns
            // against the names of the source's files, which are others.
            case .made(let made, _) where made.continuesLast:
                return part
            case .file(_, let path), .text(_, let path, _, _), .made(_, let path), .missed(let path, _),
                .waiting(_, let path, _):
                return patterns.matches(path) ? nil : part
            case .folder(var folder):
                folder.include = Self.asking(patterns, before: folder.include)
                folder.enter = Self.asking(patterns, before: folder.enter)
                return .folder(folder)
            }
        }
        return gathering
    }

    private static func asking(
        _ patterns: ExcludePatterns, before next: (@Sendable (RelativePath) -> SourceVerdict)?
    ) -> @Sendable (RelativePath) -> SourceVerdict {
        { path in patterns.matches(path) ? .skip : next?(path) ?? .take }
    }
}
