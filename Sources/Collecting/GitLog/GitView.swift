import Glibc
import LevelTree

/// A repository as git may see it: a private folder with the harmless part of its configuration, copies of what git
/// may write to (HEAD, index), and links to the rest.
///
/// So git reads a repository that another user owns without a word in anybody's configuration, runs nothing that the
/// repository configures, and writes nothing into it; its output is that of a plain `git` in the same tree.
struct GitView: Sendable {
    let folder: ScratchFolder

    /// A larger index than any school's by a factor of ten.
    private static let largestCopy: Int64 = 64 << 20

    /// - Throws: `CollectingProblem` if the repository cannot be read.
    init(of git: GitFolder, scratch: String) throws(CollectingProblem) {
        let settings = try GitView.settings(of: git)
        folder = try ScratchFolder(in: scratch)
        do throws(CollectingProblem) {
            try folder.write(GitSettings.harmlessText(of: settings), to: "config")
            try fill(from: git)
        } catch {
            folder.remove()
            throw error
        }
    }

    private static func settings(of git: GitFolder) throws(CollectingProblem) -> [GitConfiguration.Setting] {
        do {
            return try GitConfiguration(SmallFile.read(joined(git.common, "config"), limit: 1 << 20)).settings
        } catch {
            throw CollectingProblem(.unusable, "its .git/config cannot be read: \(error)")
        }
    }

    private func fill(from git: GitFolder) throws(CollectingProblem) {
        try SpecialFiles.refuse(in: [git.common, git.own], except: GitView.isWithheld)
        guard let own = Folder.names(in: git.own), let common = Folder.names(in: git.common) else {
            throw CollectingProblem(.unreadable, "\(escapedText(git.common)) may not be read")
        }
        for name in own where GitView.isCopied(name) && Folder.kind(at: joined(git.own, name)) == .file {
            try folder.copy(joined(git.own, name), to: name, limit: GitView.largestCopy)
        }
        var linked: Set<[UInt8]> = []
        for (place, names) in [(git.common, common), (git.own, own)] {
            for name in names where !GitView.isCopied(name) && !GitView.isWithheld(name) {
                let kind = Folder.kind(at: joined(place, name))
                guard kind == .folder || kind == .file, linked.insert(name).inserted else { continue }
                try folder.link(to: joined(place, name), as: name)
            }
        }
    }

    /// HEAD, because git takes no link for it; the index and its parts, because git may refresh them.
    private static func isCopied(_ name: [UInt8]) -> Bool {
        name == Array("HEAD".utf8) || name == Array("index".utf8) || name.starts(with: Array("sharedindex.".utf8))
    }

    private static func isWithheld(_ name: [UInt8]) -> Bool {
        let withheld = ["config", "config.worktree", "hooks", "commondir", "gitdir", "modules"]
        return withheld.contains { name.elementsEqual($0.utf8) } || name.suffix(5).elementsEqual(".lock".utf8)
            || name.starts(with: Array("fsmonitor".utf8))
    }
}
