import LevelTree
import Staging
import Wire

/// What the last collection of each dataset came to, kept for `status`: a failed collection leaves no generation.
///
/// A small file of the state directory. It decides nothing; a lost or damaged one is begun anew.
struct CollectionRecord: Codable, Hashable, Sendable {
    struct Entry: Codable, Hashable, Sendable {
        /// `complete`, `partial`, `failed`, `held`, `absent` or `waiting`.
        var ending: String
        /// Milliseconds since 1970, by the school's clock.
        var ended: Int64
        var reason: String?
        /// When it was complete the last time, published or unchanged; milliseconds since 1970, by the school's clock.
        var lastComplete: Int64?
        /// When it had a generation the last time, complete or partial, published or unchanged; likewise.
        var lastPublished: Int64?
        /// When it was tried first, whatever came of it; likewise, but never later than `ended`.
        var firstTried: Int64?
        /// The first of what was left out on purpose.
        var leftOut: [Shortfall]

        enum CodingKeys: String, CodingKey {
            case ending, ended, reason
            case lastComplete = "last_complete"
            case lastPublished = "last_published"
            case firstTried = "first_tried"
            case leftOut = "left_out"
        }
    }

    /// By the dataset's name.
    var datasets: [String: Entry] = [:]

    private static let longestList = 100

    static func load(from files: InstallationFiles) -> CollectionRecord {
        guard let bytes = try? files.read(.lastCollection) else { return CollectionRecord() }
        return (try? WireCoding.decode(CollectionRecord.self, from: bytes)) ?? CollectionRecord()
    }

    func save(to files: InstallationFiles) throws { try files.write(WireCoding.encode(self), as: .lastCollection) }

    mutating func note(_ report: DatasetReport, at milliseconds: Int64) {
        let (ending, reason): (String, String?) =
            switch report.ending {
            case .published(let generation), .unchanged(let generation): (generation.outcome.rawValue, nil)
            case .held(let reason): ("held", reason)
            case .absent(let reason): ("absent", reason)
            case .waiting(let reason): ("waiting", reason)
            case .failed(let reason, _): ("failed", reason)
            }
        let before = datasets[report.dataset.name]
        datasets[report.dataset.name] = Entry(
            ending: ending, ended: milliseconds, reason: reason,
            lastComplete: ending == Outcome.complete.rawValue ? milliseconds : before?.lastComplete,
            lastPublished: report.generation != nil ? milliseconds : before?.lastPublished,
            // What a clock that was ahead noted is no use to wait for.
            firstTried: min(before?.firstTried ?? milliseconds, milliseconds),
            leftOut: Array(report.skipped.prefix(Self.longestList)))
    }
}
