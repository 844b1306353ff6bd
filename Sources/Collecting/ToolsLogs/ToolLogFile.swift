import Glibc
import LevelTree
import Staging

/// A tool's log that is open, so that what is asked of it and what is read of it are of one file.
struct ToolLogFile: ~Copyable {
    enum Content {
        case good(ToolLog)
        case faulty(ToolLogReader.Fault)
        /// The reason reads on after the path.
        case unreadable(String)
    }

    /// A pupil's whole log is some kilobytes, of which the platform reads and writes all at every event. This bounds what
    /// is copied beside staging.
    static let largest = 64 << 20

    private let descriptor: Int32

    /// - Throws: `SourceProblem`, as for `SourcePlace.openDescriptor`.
    init(_ place: SourcePlace) throws(SourceProblem) { descriptor = try place.openDescriptor(.file) }

    deinit { close(descriptor) }

    private var facts: stat {
        var facts = stat()
        // Of an open file it cannot fail; what it then said would be no state that is known.
        _ = fstat(descriptor, &facts)
        return facts
    }

    /// As it is now.
    var stamp: FileStamp { FileStamp(facts, withChange: true) }
    var mode: UInt16 { UInt16(facts.st_mode & 0o777) }

    /// Reads all of it, and copies it meanwhile: what was looked at is what is staged, whatever is written to it then.
    /// - Throws: `CollectingProblem` if the copy cannot be written.
    func read(after earlier: ToolLog.State?, copyingTo copy: Int32) throws(CollectingProblem) -> Content {
        guard facts.st_mode & S_IFMT == S_IFREG else { return .unreadable("is no plain file") }
        guard facts.st_size <= ToolLogFile.largest else { return .tooLong }
        var reader = ToolLogReader(after: earlier)
        var sink = OutputSink(.file(descriptor: copy, limit: Int64(ToolLogFile.largest)))
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .unreadable("cannot be read: \(String(cString: strerror(errno)))") }
            switch buffer.withUnsafeBytes({ sink.take(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }) {
            case .all: break
            case .full: return .tooLong
            case .failed(let number): throw .unwritable("a copy of a tool's log", number)
            }
            do throws(ToolLogReader.Fault) {
                guard count > 0 else { return .good(try reader.finished()) }
                try reader.take(buffer[..<count])
            } catch {
                return .faulty(error)
            }
        }
    }
}

extension ToolLogFile.Content {
    fileprivate static let tooLong = ToolLogFile.Content.unreadable("is longer than \(ToolLogFile.largest >> 20) MiB")
}
