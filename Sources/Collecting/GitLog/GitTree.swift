import LevelTree
import Staging

/// One of the repositories that `git-commit.log` tells of. They lie one in the other, on the host as in the container.
/// Source: domain facts, 1.2, from gnowledge/gstudio-docker, scripts/backup.sh.
struct GitTree: Sendable {
    /// As it is called in the log.
    let name: String
    /// Below the code tree (`[source] code`; `/home/docker/code` in the container); nil for that itself.
    let below: String?
    /// Whether the standard asks for it, so that a tree without it lacks something.
    let isNamedByStandard: Bool

    /// In the order of the log.
    static let all = [
        GitTree(name: "gstudio-docker", below: nil, isNamedByStandard: false),
        GitTree(name: "gstudio", below: "gstudio", isNamedByStandard: true),
        GitTree(name: "qbank-lite", below: "gstudio/gnowsys-ndf/qbank-lite", isNamedByStandard: true),
    ]

    func place(in code: String) -> SourcePlace {
        SourcePlace(root: code, below: below.map { RelativePath.fixed($0) })
    }
}
