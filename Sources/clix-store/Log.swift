import ArgumentParser
import CentralStore
import LevelTree
import StoreServer
import Terminal

struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A school's snapshots, oldest first.",
        discussion: """
            Examples:
              clix-store log mz150
              clix-store log mz150 gstudio_tools_logs

            Times are Indian time. A time of collection with a question mark was told by a clock that the school's \
            server did not trust, or that went back meanwhile. --verbose also tells what partial snapshots lack.
            """)

    @Argument(help: School.idHelp)
    var school: String

    @Argument(help: "Only this dataset; assessment-media stands for both of its folders.")
    var dataset: String?

    @OptionGroup var verbosity: VerbosityOptions
    @OptionGroup var data: DataOption

    func run() throws {
        try reporting {
            let wanted = try SchoolSelection(school: school, dataset: dataset)
            let reader = try ReadingStore.open(data.directory)
            let school = try reader.school(named: wanted.school)
            let snapshots = try wanted.snapshots(of: school.serverID, in: reader)
            var table = TextTable([
                ("YEAR", .left), ("DATASET", .left), ("SEQUENCE", .right), ("COLLECTED", .left), ("RECEIVED", .left),
                ("FILES", .right), ("BYTES", .right), ("OUTCOME", .left), ("MACHINE", .left),
            ])
            for snapshot in snapshots { table.append(Self.cells(snapshot)) }
            StandardOutput.write(table.rendered())
            if verbosity.verbose { Self.tellShortfalls(snapshots) }
            if snapshots.isEmpty { StandardError.write("\(school.serverID) has no such snapshots yet.\n") }
        }
    }

    private static func cells(_ snapshot: SnapshotRecord) -> [String] {
        let collected = Moment(milliseconds: snapshot.started).description + (snapshot.clockTrusted ? "" : "?")
        return [
            "\(snapshot.year)", snapshot.dataset.name, "\(snapshot.sequence)", collected,
            Moment(milliseconds: snapshot.received).description, "\(snapshot.files)", "\(snapshot.bytes)",
            outcome(snapshot), snapshot.installation.text,
        ]
    }

    private static func outcome(_ snapshot: SnapshotRecord) -> String {
        let outcome = snapshot.outcome.rawValue
        if snapshot.shortfalls.contains(where: \.isNotSentYet) { return "\(outcome) (not sent yet)" }
        return snapshot.shortfalls.isEmpty ? outcome : "\(outcome) (\(snapshot.shortfalls.count) missing)"
    }

    private static func tellShortfalls(_ snapshots: [SnapshotRecord]) {
        for snapshot in snapshots {
            for shortfall in snapshot.shortfalls {
                let place = "\(snapshot.year) \(snapshot.dataset) \(snapshot.sequence)"
                let line = "\(place): " + (shortfall.path.isEmpty ? "" : "\(shortfall.path): ") + shortfall.reason
                StandardError.write(TerminalText.escaped(line) + "\n")
            }
        }
    }
}
