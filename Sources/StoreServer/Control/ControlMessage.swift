import FoundationEssentials

/// What passes over the control socket: one JSON value on each line. The command sends one request and reads answers
/// until the result or the failure; then the connection ends.
enum ControlMessage {
    /// The list of all schools fits many times.
    static let requestLimit = 4 << 20
    static let answerLimit = 1 << 20
    /// A command sends its request at once; who does not is no command.
    static let patienceSeconds = 10

    enum Answer: Codable, Sendable {
        case progress(OperationProgress)
        case result(OperationResult)
        /// `isPermanent` decides the exit code at the other end.
        case failure(kind: FailureKind, message: String)
    }

    enum FailureKind: String, Codable, Sendable {
        case badArgument, unknownName, refused, storeFull, busy, damaged, io
    }

    static func line<Message: Encodable>(_ message: Message) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return Array(try encoder.encode(message)) + [0x0A]
    }

    static func parse<Message: Decodable>(_ line: [UInt8], as type: Message.Type) throws -> Message {
        try JSONDecoder().decode(type, from: Data(line))
    }
}
