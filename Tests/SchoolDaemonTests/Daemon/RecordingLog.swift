import Logging
import Synchronization

@testable import SchoolDaemon

/// Keeps what is logged.
final class RecordingLog: Sendable {
    struct Line: Sendable {
        let message: JournalMessage?
        let level: Logger.Level
        let text: String
        let fields: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }
    var texts: [String] { lines.map(\.text) }
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    func of(_ message: JournalMessage) -> [Line] { lines.filter { $0.message == message } }

    private struct Handler: LogHandler {
        let log: RecordingLog
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).mapValues { "\($0)" }
            let line = Line(
                message: fields["MESSAGE_ID"].flatMap(JournalMessage.init(rawValue:)), level: event.level,
                text: "\(event.message)", fields: fields)
            log.kept.withLock { $0.append(line) }
        }
    }
}
