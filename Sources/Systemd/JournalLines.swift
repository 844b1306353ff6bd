import Glibc
import Logging
import Terminal

/// One line on standard error for each message. The priority in front (`<4>`) is what systemd's journal reads from
/// services; on a terminal the level's name stands there instead. sd-daemon(3)
public struct JournalLines: LogHandler {
    public var logLevel = Logger.Level.info
    public var metadata: Logger.Metadata = [:]

    public init() {}

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let front = Journal.takesStandardError ? "<\(event.level.priority)>" : "\(event.level): "
        StandardError.write(front + TerminalText.escaped("\(event.message)") + "\n")
    }
}

enum Journal {
    /// Whether standard error goes to systemd's journal.
    static let takesStandardError = getenv("JOURNAL_STREAM") != nil
}

extension Logger.Level {
    /// Of syslog(3).
    var priority: Int {
        switch self {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
