import CentralStore
import Glibc

/// Has an operation carried out by whoever may: the service, if one runs on this data directory, or else this process
/// under the exclusive lock.
public struct StoreCommand: Sendable {
    private let directory: DataDirectory

    public init(_ directory: DataDirectory) { self.directory = directory }

    /// Durable when it returns. May block for as long as the operation takes.
    /// - Parameters:
    ///   - onNote: gets a sentence for the operator where something had to be put right first.
    ///   - onProgress: called now and then during long operations.
    public func perform(
        _ operation: StoreOperation, onNote: (String) -> Void = { _ in },
        onProgress: @escaping @Sendable (OperationProgress) -> Void = { _ in }
    ) throws -> OperationResult {
        try directory.requireInitialised()
        if let connection = try connect() {
            return try ask(connection, operation, onProgress)
        }
        try directory.actAsOwner()
        let handle = try StoreHandle.open(directory, note: onNote)
        defer { handle.store.close() }
        let tree = TreeOfCommand(directory, of: handle.store)
        return try StoreOperator(store: handle.store, followInTree: tree.follow).perform(operation, report: onProgress)
    }

    /// Whether a service listens on this data directory. Where it may not be asked, it is assumed to run.
    public var serviceRuns: Bool {
        do { return try connect() != nil } catch { return PrivateFile.exists(directory.controlSocket) }
    }

    /// Nil where no service listens.
    private func connect() throws -> LineConnection? {
        let address = try ControlAddress(directory)
        let descriptor = try ControlAddress.makeSocket()
        if address.connect(descriptor) { return LineConnection(descriptor) }
        let code = errno
        close(descriptor)
        switch code {
        case ENOENT, ECONNREFUSED: return nil
        case EACCES, EPERM:
            throw StoreServerError(
                .fileTrouble,
                "the running service takes commands from root and its own user only; run this command as one of them.")
        default: throw PrivateFile.trouble("reach the running service at", directory.controlSocket, code)
        }
    }

    private func ask(
        _ connection: LineConnection, _ operation: StoreOperation, _ onProgress: (OperationProgress) -> Void
    ) throws -> OperationResult {
        // The service answers whenever the operation ends; it says nothing while a commit has the catalog.
        connection.setPatience(readSeconds: 0, writeSeconds: ControlMessage.patienceSeconds)
        try connection.send(ControlMessage.line(operation))
        while let line = try connection.receive(limit: ControlMessage.answerLimit) {
            switch try ControlMessage.parse(line, as: ControlMessage.Answer.self) {
            case .progress(let progress): onProgress(progress)
            case .result(let result): return result
            case .failure(let kind, let message): throw kind.error(message)
            }
        }
        throw StoreServerError(
            .busy,
            "the running service ended the connection before it answered: it stops, or has too many commands at "
                + "once. Whether the command took effect is seen in: clix-store school list")
    }
}

extension ControlMessage.FailureKind {
    fileprivate func error(_ message: String) -> StoreServerError {
        let code: StoreServerError.Code =
            switch self {
            case .badArgument: .badArgument
            case .unknownName: .unknownName
            case .storeFull, .busy: .busy
            case .damaged: .damagedKeys
            case .refused, .io: .control
            }
        return StoreServerError(code, message)
    }
}
