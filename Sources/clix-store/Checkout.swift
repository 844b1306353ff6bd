import ArgumentParser
import CentralStore
import LevelTree
import StoreServer
import Terminal

struct CheckoutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkout",
        abstract: "Write a school's tree, as it is or as it was, to a folder.",
        discussion: """
            Examples:
              clix-store checkout mz150 --to /srv/mz150
              clix-store checkout mz150/db --to /srv/mz150-db --at 2018-08-15
              clix-store checkout mz150 --to /srv/then --received-at "2018-08-15 18:00"

            Files get the school's permission bits and modification times. --at is the time of collection, \
            --received-at the time at which the store had it. Times are ISO 8601; without a zone they are Indian time \
            (Asia/Kolkata), and a date alone is the end of that day.
            """)

    @Argument(help: ArgumentHelp("The school, or one dataset of it.", valueName: "school[/dataset]"))
    var what: String

    @Option(name: .long, help: ArgumentHelp("An empty or new folder.", valueName: "dir"), completion: .directory)
    var to: String

    @Option(name: .long, help: ArgumentHelp("As collected by then.", valueName: "time"))
    var at: String?

    @Option(name: .long, help: ArgumentHelp("As the store had it by then.", valueName: "time"))
    var receivedAt: String?

    @OptionGroup var verbosity: VerbosityOptions
    @OptionGroup var data: DataOption

    func validate() throws {
        if at != nil, receivedAt != nil { throw ValidationError("--at and --received-at exclude each other.") }
    }

    func run() throws {
        try reporting {
            let wanted = try SchoolSelection(what)
            let moment = try moment
            let reader = try ReadingStore.open(data.directory)
            let school = try reader.school(named: wanted.school)
            let checkout = try Checkout(
                of: school.serverID, datasets: wanted.datasets.isEmpty ? nil : Set(wanted.datasets), at: moment,
                from: reader)
            let progress = Progress.onStandardError(verbosity.level)
            progress.begin("checkout \(school.serverID)")
            let result = try checkout.write(to: DataDirectory(to).path, from: reader) { reading in
                progress.update(
                    ProgressAmount(files: Int(clamping: reading.files), bytes: reading.bytes),
                    total: ProgressAmount(files: Int(clamping: reading.totalFiles), bytes: reading.totalBytes))
            }
            for snapshot in result.snapshots {
                progress.detail("\(snapshot.year) \(snapshot.dataset): sequence \(snapshot.sequence)")
            }
            progress.end(
                "\(school.serverID): \(ByteText.count(result.snapshots.count, "dataset")), "
                    + "\(ByteText.count(Int(clamping: result.files), "file")), \(ByteText.size(result.bytes)) in \(to)")
            if !checkout.leftOut.isEmpty {
                let names = checkout.leftOut.map { "\($0.year) \($0.dataset)" }.joined(separator: ", ")
                progress.say("left out, for the store has nothing from that time or before: \(names)")
            }
            for damage in result.damages { progress.warn("missing: \(damage.path): \(damage.sentence)") }
            if !result.damages.isEmpty { throw ExitCode(ExitStatus.damaged.rawValue) }
        }
    }

    private var moment: CheckoutMoment {
        get throws {
            if let at { return .collected(try Moment(parsing: at).milliseconds) }
            if let receivedAt { return .received(try Moment(parsing: receivedAt).milliseconds) }
            return .newest
        }
    }
}
