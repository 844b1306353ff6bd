import LevelTree

/// Where a working tree's repository lies: its `.git` folder, or what a `.git` file names.
struct GitFolder: Sendable {
    /// HEAD and index are here.
    let own: [UInt8]
    /// Objects, references and configuration are here; the same, but for a linked working tree.
    let common: [UInt8]

    /// - Parameters:
    ///   - tree: the working tree.
    ///   - boundary: the folder that a `.git` file may not lead out of.
    /// - Throws: `CollectingProblem`: `.absent` if `tree` is no working tree, `.unusable` if its repository lies
    ///   elsewhere.
    init(of tree: String, within boundary: String) throws(CollectingProblem) {
        let mark = Array("\(tree)/.git".utf8)
        switch Folder.kind(at: mark) {
        case .folder:
            own = mark
        case .file:
            own = try GitFolder.target(of: mark, named: "gitdir: ", from: Array(tree.utf8), within: boundary)
        case .absent:
            throw CollectingProblem(.absent, "\(tree) is not a git repository")
        case .link, .other:
            throw CollectingProblem(.unusable, "\(tree)/.git is no folder; a link there is not followed")
        case .unknown:
            throw CollectingProblem(.unreadable, "\(tree)/.git may not be read")
        }
        let shared = joined(own, "commondir")
        guard Folder.kind(at: shared) == .file else {
            common = own
            return
        }
        common = try GitFolder.target(of: shared, named: "", from: own, within: boundary)
    }

    private static func target(
        of file: [UInt8], named prefix: String, from folder: [UInt8], within boundary: String
    ) throws(CollectingProblem) -> [UInt8] {
        let broken = CollectingProblem(.unusable, "\(escapedText(file)) does not say where the repository lies")
        guard let text = try? SmallFile.read(file, limit: 8192), text.starts(with: Array(prefix.utf8)) else {
            throw broken
        }
        let named = text.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard let first = named.first else { throw broken }
        let path = first == UInt8(ascii: "/") ? Array(named) : joined(folder, Array(named))
        guard let place = Folder.resolved(path), let limit = Folder.resolved(Array(boundary.utf8)),
            place.starts(with: limit + [UInt8(ascii: "/")])
        else {
            throw CollectingProblem(
                .unusable, "\(escapedText(file)) names a repository outside \(boundary), which is not read")
        }
        return place
    }
}
