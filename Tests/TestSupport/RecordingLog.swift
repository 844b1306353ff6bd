import Logging
import Synchronization

/// Keeps what is logged.
public final class RecordingLog: Sendable {
    public struct Line: Sendable {
        public let level: Logger.Level
        public let text: String
        public let fields: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    public init() {}

    public var lines: [Line] { kept.withLock { $0 } }
    public var texts: [String] { lines.map(\.text) }
    /// The texts behind their levels.
    public var all: [String] { lines.map { "\($0.level): \($0.text)" } }
    public var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

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
            log.kept.withLock { $0.append(Line(level: event.level, text: "\(event.message)", fields: fields)) }
        }
    }
}
