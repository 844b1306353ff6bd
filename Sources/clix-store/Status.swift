import ArgumentParser
import CentralStore
import StoreServer
import Terminal

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The store at a glance: disk, packs, schools, and which of them went quiet; or one school.",
        discussion: """
            Examples:
              clix-store status
              clix-store status mz150
              clix-store status --json

            Of a school, its last report is shown: version, free disk, clock, and what it does not get whole.
            """)

    @Argument(help: "Only this school: the server id, like mz150, or code-id.")
    var school: String?

    @Flag(name: .long, help: "One JSON object, for programs.")
    var json = false

    @OptionGroup var data: DataOption

    func run() throws {
        try reporting {
            let store = try ReadingStore.open(data.directory)
            if let name = school {
                let school = try store.school(named: name)
                return try write(school, Self.lines(school))
            }
            let status = try store.status()
            try write(status, Self.lines(status, data.directory))
        }
    }

    private func write(_ value: some Encodable, _ lines: [String]) throws {
        let text = lines.map { TerminalText.escaped($0) + "\n" }.joined()
        StandardOutput.write(json ? try JSONText.of(value) : text)
    }

    private static func lines(_ status: StoreStatus, _ directory: DataDirectory) -> [String] {
        let enrolled = status.schools.filter { $0.installation != nil }
        let used = status.diskBytes > 0 ? Int(100 * (1 - Double(status.freeBytes) / Double(status.diskBytes))) : 0
        let runs = StoreCommand(directory).serviceRuns ? "running" : "not running"
        var lines = [
            "store      \(directory.path), service \(runs)",
            "disk       \(ByteText.size(status.freeBytes)) free of \(ByteText.size(status.diskBytes)), \(used)% used",
            "packs      \(ByteText.count(status.packs, "pack")), \(ByteText.size(status.packBytes)), "
                + "\(ByteText.count(status.chunks, "chunk")), \(ByteText.grouped(status.commonChunks)) of them common",
            "snapshots  \(ByteText.grouped(status.snapshots))",
            "schools    \(ByteText.grouped(status.schools.count)), \(ByteText.grouped(enrolled.count)) of them enrolled",
        ]
        let quiet = status.schools.filter(\.isQuiet)
        if !quiet.isEmpty {
            lines.append(
                "quiet      " + quiet.map { "\($0.serverID) since \(moment($0.lastContact))" }.joined(separator: ", "))
        }
        let forked = status.schools.filter { $0.forks > 0 }
        if !forked.isEmpty {
            lines.append(
                "forked     " + forked.map(\.serverID.text).joined(separator: ", ")
                    + ": a restored or cloned machine; give it a new code with school code")
        }
        let troubled = status.schools.filter { $0.report?.errors.isEmpty == false }
        if !troubled.isEmpty {
            lines.append(
                "errors     told by " + troubled.map(\.serverID.text).joined(separator: ", ")
                    + ": clix-store status SCHOOL shows them")
        }
        return lines
    }
}
