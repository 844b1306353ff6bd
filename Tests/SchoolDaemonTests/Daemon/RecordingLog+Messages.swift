import TestSupport

@testable import SchoolDaemon

extension RecordingLog {
    func of(_ message: JournalMessage) -> [Line] { lines.filter { $0.message == message } }
}

extension RecordingLog.Line {
    var message: JournalMessage? { fields["MESSAGE_ID"].flatMap(JournalMessage.init(rawValue:)) }
}
