import ArgumentParser
import CentralStore
import StoreServer
import Terminal

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove that what is kept is still there; may run beside the service.",
        discussion: """
            Examples:
              clix-store verify
              clix-store verify --all

            Without --all: the catalog by itself, packs against it, and the manifests of all current snapshots. With \
            --all also every chunk that is stored, named by a snapshot or not, and every file in the tree. Ends with 65 \
            if anything is damaged.

            Changes nothing, except that chunks which --all finds damaged count as missing from then on: a school that \
            still has them sends them again, with the next commit that names them; seeded ones come again with \
            clix-store seed on the same folder. Needs the running service for that, or root or the store's user.
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
            if !report.damagedBlocks.isEmpty { noteDamage(in: report.damagedBlocks) }
            if !report.isClean { throw ExitCode(ExitStatus.damaged.rawValue) }
        }
    }

    /// What was found stays the result of the command, whether or not this succeeds.
    private func noteDamage(in blocks: [BlockAddress]) {
        do {
            try perform(.noteDamage(blocks), on: data.directory, verbosity: verbosity.level)
        } catch {
            let reason = TerminalText.escapedLines("\(error)")
            StandardError.write("The damaged chunks could not be noted, and no school is asked for them: \(reason)\n")
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
