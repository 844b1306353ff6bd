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
    }

    private let scratch: ScratchFolder
    private var files: [Key: Made] = [:]
    private var open: (key: Key, file: Int32)?
    /// All that was written, in bytes.
    private(set) var written: UInt64 = 0

    init(in scratch: ScratchFolder) { self.scratch = scratch }

    deinit { if let open { close(open.file) } }

    /// Appends lines of one day.
    /// - Throws: `CollectingProblem` if they cannot be written.
    func append(_ lines: UnsafeRawBufferPointer, of log: SeenLog, on day: LogDay) throws(CollectingProblem) {
        let key = Key(log: log.name.log, day: day)
        var made =
            files[key]
            ?? Made(path: "\(scratch.path)/\(files.count)", mode: log.facts.mode, modified: log.facts.modified)
        made.modified = max(made.modified, log.facts.modified)
        made.mode = log.facts.mode
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
}
