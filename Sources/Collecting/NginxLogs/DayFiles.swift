import Glibc
import LevelTree
import Staging

/// The lines that were taken in one pass, in a file for each log and day.
final class DayFiles {
    private struct Key: Hashable {
        let log: LogName
        let day: LogDay
    }

    private struct Made {
        let path: String
        var mode: UInt16
        var modified: FileTime
        var size: UInt64 = 0
    }

    private let scratch: ScratchFolder
    private var files: [Key: Made] = [:]
    private var open: (key: Key, file: Int32)?
    /// What staging has of days already, in bytes.
    private let staged: [Key: UInt64]
    /// All that was written, in bytes.
    private(set) var written: UInt64 = 0
    /// What staging will write, in bytes: of each day that got lines, all that it has.
    private(set) var joined: UInt64 = 0

    /// Of how many days of a log the size is remembered: older ones get lines only when old files turn up.
    private static let remembered = 4

    init(in scratch: ScratchFolder, staged: [StagedDay]) {
        self.scratch = scratch
        self.staged = Dictionary(
            staged.map { (Key(log: $0.log, day: LogDay(number: $0.day)), $0.size) }, uniquingKeysWith: max)
    }

    deinit { if let open { close(open.file) } }

    /// How much more staging will write than the lines themselves, if these days get some, in bytes.
    func joinedFirst(_ log: LogName, on days: Set<LogDay>) -> UInt64 {
        days.map { Key(log: log, day: $0) }.filter { files[$0] == nil }.reduce(0) { $0 + staged[$1, default: 0] }
    }

    /// Appends lines of one day.
    /// - Throws: `CollectingProblem` if they cannot be written.
    func append(_ lines: UnsafeRawBufferPointer, of log: SeenLog, on day: LogDay) throws(CollectingProblem) {
        let key = Key(log: log.name.log, day: day)
        var made =
            files[key]
            ?? Made(path: "\(scratch.path)/\(files.count)", mode: log.facts.mode, modified: log.facts.modified)
        made.modified = max(made.modified, log.facts.modified)
        made.mode = log.facts.mode
        made.size += UInt64(lines.count)
        joined += UInt64(lines.count) + (files[key] == nil ? staged[key, default: 0] : 0)
        files[key] = made
        var sink = OutputSink(.file(descriptor: try descriptor(key, made.path), limit: .max))
        if case .failed(let number) = sink.take(lines) { throw .unwritable("log lines", number) }
        written += UInt64(lines.count)
    }

    private func descriptor(_ key: Key, _ path: String) throws(CollectingProblem) -> Int32 {
        if let open {
            if open.key == key { return open.file }
            close(open.file)
            self.open = nil
        }
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .unwritable("log lines", errno) }
        open = (key, file)
        return file
    }

    /// `access-20180816.log`, each to come behind what staging has of that day.
    func parts() throws -> [Gathering.Part] {
        try files.map { key, made in
            let file = MadeFile(path: made.path, mode: made.mode, modified: made.modified, continuesLast: true)
            return .made(file, as: try RelativePath(component: key.log.bytes + Array("-\(key.day.number).log".utf8)))
        }
    }

    /// The sizes of the newest days' files once this is staged.
    func sizes() -> [StagedDay] {
        let all = staged.merging(files.map { ($0, $1.size) }, uniquingKeysWith: +)
        let days = all.map { StagedDay(log: $0.log, day: $0.day.number, size: $1) }
        return Dictionary(grouping: days, by: \.log).sorted { $0.key < $1.key }.flatMap { _, days in
            days.sorted { $0.day < $1.day }.suffix(DayFiles.remembered)
        }
    }
}
