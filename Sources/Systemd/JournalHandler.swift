import CSystemd
import Glibc
import Logging

/// Messages into systemd's journal, with the metadata as fields: sd_journal_sendv(3).
///
/// A key of the metadata that is a journal field's name (capital letters, digits, `_`) becomes that field; others are
/// left out.
public struct JournalHandler: LogHandler {
    public var logLevel = Logger.Level.info
    public var metadata: Logger.Metadata = [:]
    private let identifier: String

    /// - Parameter identifier: the program's name (`SYSLOG_IDENTIFIER`).
    init(identifier: String) { self.identifier = identifier }

    /// Into the journal where standard error goes there and its socket can be reached, which in a container it cannot;
    /// else onto standard error.
    public static func orLines(identifier: String) -> any LogHandler {
        Journal.takesStandardError && access("/run/systemd/journal/socket", W_OK) == 0
            ? JournalHandler(identifier: identifier) : JournalLines()
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let own = metadata.merging(event.metadata ?? [:]) { $1 }.filter { Self.isField($0.key) }
        var fields = [
            "MESSAGE=\(event.message)", "PRIORITY=\(event.level.priority)", "SYSLOG_IDENTIFIER=\(identifier)",
        ]
        fields += own.map { "\($0.key)=\($0.value)" }
        Self.send(fields.map { Array($0.utf8) })
    }

    private static func send(_ fields: [[UInt8]]) {
        var storage = fields.flatMap { $0 }
        storage.withUnsafeMutableBytes { bytes in
            var pieces: [iovec] = []
            var start = 0
            for field in fields {
                pieces.append(iovec(iov_base: bytes.baseAddress.map { $0 + start }, iov_len: field.count))
                start += field.count
            }
            // A journal that is not there loses the message, and must not stop the service.
            sd_journal_sendv(pieces, Int32(pieces.count))
        }
    }

    private static func isField(_ key: String) -> Bool {
        key.utf8.allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "_")
        } && key.first?.isLetter == true
    }
}
