import ArgumentParser
import CentralStore
import StoreServer
import Terminal

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove that what was committed is still there; changes nothing, and may run beside the service.",
        discussion: """
            Examples:
              clix-store verify
              clix-store verify --all

            Without --all: packs against the catalog, and the manifests of all current snapshots. With --all also every \
            chunk of every snapshot and every file in the tree. Ends with 65 if anything is damaged.
            """)

    @Flag(name: .long, help: "Read and hash everything.")
    var all = false

    @OptionGroup var verbosity: VerbosityOptions
    @OptionGroup var data: DataOption

    func run() throws {
        try reporting {
            let reader = try ReadingStore.open(data.directory)
            let progress = Progress.onStandardError(verbosity.level)
            var stage: VerificationProgress.Stage?
            let verification = Verification(source: reader, storage: reader, data: data.directory.path)
            let show = { (reading: VerificationProgress) in
                if reading.stage != stage { progress.begin("verify \(reading.stage.rawValue)") }
                stage = reading.stage
                progress.update(ProgressAmount(files: Int(clamping: reading.files), bytes: reading.bytes))
            }
            let report = try all ? verification.all(progress: show) : verification.quick(progress: show)
            progress.end()
            for damage in report.damages { StandardError.write("\(TerminalText.escaped(damage.description))\n") }
            for snapshot in report.behind {
                progress.say(
                    "\(snapshot.school)/\(snapshot.dataset) \(snapshot.year) is committed and not yet in the tree.")
            }
            StandardOutput.write(Self.result(report) + "\n")
            if !report.isClean { throw ExitCode(ExitStatus.damaged.rawValue) }
        }
    }

    private static func result(_ report: VerificationReport) -> String {
        var parts = [
            ByteText.count(report.snapshots, "snapshot"), ByteText.count(Int(clamping: report.files), "file"),
        ]
        if report.chunks > 0 {
            parts.append("\(ByteText.count(Int(clamping: report.chunks), "chunk")) (\(ByteText.size(report.bytes)))")
        }
        if report.treeFiles > 0 {
            parts.append(ByteText.count(Int(clamping: report.treeFiles), "file") + " in the tree")
        }
        let verdict = report.isClean ? "no damage" : ByteText.count(report.damageCount, "damage")
        return "verified \(parts.joined(separator: ", ")): \(verdict)"
    }
}
