import LevelTree

/// Why a folder under `[source]` is taken for a disk that is not mounted. Then a mirror that is gone from it is not
/// believed to be gone, however often that is seen; a single one that is gone alone is believed at the second pass.
enum RootDoubt: Hashable, Sendable {
    /// There is no such folder.
    case absent
    /// It was a mount point at the last good pass, and is none now, and something is gone.
    case unmounted([Dataset])
    /// Several mirrors that had files are gone from it at once.
    case emptied([Dataset])

    /// A mirror with files in its last generation.
    struct Mirror: Hashable, Sendable {
        let dataset: Dataset
        /// The root that it was collected from.
        let root: String
        /// Whether its source is not there now, or an empty folder.
        let isGone: Bool
    }

    /// Decides about each root that mirrors were collected from. Pure.
    ///
    /// - Parameters:
    ///   - absent: roots that are not there.
    ///   - unmounted: roots that were mount points at the last good pass, and are none now.
    static func judge(_ mirrors: [Mirror], absent: Set<String>, unmounted: Set<String>) -> [String: RootDoubt] {
        Dictionary(grouping: mirrors.filter(\.isGone), by: \.root).compactMapValues { gone in
            let datasets = gone.map(\.dataset).sorted()
            guard let root = gone.first?.root else { return nil }
            if absent.contains(root) { return .absent }
            if unmounted.contains(root) { return .unmounted(datasets) }
            return datasets.count > 1 ? .emptied(datasets) : nil
        }
    }

    /// A whole sentence without the full stop.
    func sentence(_ root: String) -> String {
        let onPurpose = "; if it was emptied on purpose, put a file that says so in the place of what is gone"
        switch self {
        case .absent: return "there is no \(root): mount its disk, or correct its path under [source]"
        case .unmounted(let datasets):
            return "\(root) was a disk of its own at the last collection and is none now, and \(Self.list(datasets)) "
                + "\(datasets.count == 1 ? "is" : "are") gone from it: mount it\(onPurpose)"
        case .emptied(let datasets):
            return
                "\(root) looks as if its disk were not mounted, for \(Self.list(datasets)) are gone from it together: "
                + "mount it\(onPurpose)"
        }
    }

    private static func list(_ datasets: [Dataset]) -> String {
        let names = datasets.map(\.name)
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
