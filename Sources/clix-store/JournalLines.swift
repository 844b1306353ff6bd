import Glibc
import Logging
import Terminal

/// One line on standard error for each message. The priority in front (`<4>`) is what systemd's journal reads from
/// services; on a terminal the level's name stands there instead. sd-daemon(3)
struct JournalLines: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    private static let isInJournal = getenv("JOURNAL_STREAM") != nil

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let front = Self.isInJournal ? "<\(Self.priority(event.level))>" : "\(event.level): "
        StandardError.write(front + TerminalText.escaped("\(event.message)") + "\n")
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
