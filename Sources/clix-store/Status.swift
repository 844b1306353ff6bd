import ArgumentParser
import CentralStore
import StoreServer
import Terminal

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The store at a glance: disk, packs, schools, and which of them went quiet.",
        discussion: """
            Examples:
              clix-store status
              clix-store status --json
            """)

    @Flag(name: .long, help: "One JSON object, for programs.")
    var json = false

    @OptionGroup var data: DataOption

    func run() throws {
        try reporting {
            let status = try ReadingStore.open(data.directory).status()
            if json { return StandardOutput.write(try JSONText.of(status)) }
            StandardOutput.write(Self.lines(status, data.directory).joined(separator: "\n") + "\n")
        }
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
        return lines.map(TerminalText.escaped)
    }
}
