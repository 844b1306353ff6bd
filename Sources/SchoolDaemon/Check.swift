import Terminal

/// What `check` found: a line for each thing that was tried.
public struct Check: Sendable {
    public enum Level: Int, Comparable, Sendable {
        case ok
        case warning
        /// Something has to be done; the line says what.
        case fault

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    public struct Line: Sendable, Hashable {
        public let level: Level
        public let subject: String
        public let sentence: String
        /// How the command ends if this is the worst line.
        let status: ExitStatus

        /// `ok       staging: …`, `warning  clock: …`, `TO DO    store: …`
        public var text: String {
            let mark =
                switch level {
                case .ok: "ok     "
                case .warning: "warning"
                case .fault: "TO DO  "
                }
            return TerminalText.escaped("\(mark)  \(subject): \(sentence)")
        }
    }

    public private(set) var lines: [Line] = []

    public var exitStatus: ExitStatus {
        lines.filter { $0.level == .fault }.reduce(.ok) { $0.joined(with: $1.status) }
    }

    mutating func ok(_ subject: String, _ sentence: String) {
        lines.append(Line(level: .ok, subject: subject, sentence: sentence, status: .ok))
    }

    mutating func warn(_ subject: String, _ sentence: String) {
        lines.append(Line(level: .warning, subject: subject, sentence: sentence, status: .ok))
    }

    mutating func fault(_ subject: String, _ sentence: String, _ status: ExitStatus) {
        lines.append(Line(level: .fault, subject: subject, sentence: sentence, status: status))
    }

    mutating func fault(_ subject: String, _ error: any Error) {
        fault(subject, "\(error)", ExitStatus(failure: error))
    }
}
