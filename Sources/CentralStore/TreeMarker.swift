import Content
import LevelTree
import Wire

/// What the tree shows of one dataset, noted beside the tree: `<data>/shown/<year>/<server id>/<dataset>`.
///
/// Written after the tree was changed. A marker that is missing, old or unreadable costs a repetition, never more.
struct TreeMarker: Equatable, Sendable {
    /// What is shown.
    var snapshot: SnapshotID
    /// LEVEL 2 under which it is shown.
    var directory: String
    var installation: InstallationID
    var sequence: UInt64
    /// The machine's boot in which it was written. Nothing here is fsynced: after another boot it may tell of files that
    /// never reached the disk.
    var boot: String
    /// Rises with each marker that is written; see `TreeMarkers.settle`.
    var number: UInt64

    private static let format = "shown 1"

    var text: [UInt8] {
        let lines = [
            Self.format, snapshot.hex, directory, installation.text, String(sequence), boot, String(number), "",
        ]
        return Array(lines.joined(separator: "\n").utf8)
    }

    init(snapshot: SnapshotRecord, boot: String, number: UInt64) {
        self.snapshot = snapshot.id
        directory = snapshot.directory
        installation = snapshot.installation
        sequence = snapshot.sequence
        self.boot = boot
        self.number = number
    }

    /// - Returns: nil if this is no whole marker.
    init?(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 8, lines[0] == Self.format, let snapshot = SnapshotID(hex: String(lines[1])),
            let sequence = UInt64(lines[4]), let number = UInt64(lines[6]), lines[7].isEmpty
        else { return nil }
        self.snapshot = snapshot
        directory = String(lines[2])
        installation = InstallationID(String(lines[3]))
        self.sequence = sequence
        boot = String(lines[5])
        self.number = number
    }
}

/// One dataset of one school and year.
struct TreeKey: Hashable, Sendable {
    let year: Year
    let school: ServerID
    let dataset: Dataset

    init(_ snapshot: SnapshotRecord) {
        year = snapshot.year
        school = snapshot.school
        dataset = snapshot.dataset
    }

    /// - Returns: nil if these are not the names of a marker.
    init?(year: [UInt8], school: [UInt8], dataset: [UInt8]) {
        let text = [year, school, dataset].map { String(decoding: $0, as: UTF8.self) }
        guard let number = Int(text[0]), let year = try? Year(number), let school = try? ServerID(text[1]),
            let dataset = Dataset(name: text[2].replacing("+", with: "/"))
        else { return nil }
        self.year = year
        self.school = school
        self.dataset = dataset
    }

    /// No dataset's name holds a `+`.
    var fileName: [UInt8] { Array(dataset.name.replacing("/", with: "+").utf8) }
}
