import CentralStore
import LevelTree

/// How an error of an operation travels over the control socket.
enum FailureAnswer {
    static func make(_ error: any Error) -> ControlMessage.Answer {
        switch error {
        case let error as StoreServerError:
            .failure(kind: kind(of: error.code), message: error.message)
        case let error as StoreError:
            .failure(kind: kind(of: error.code), message: error.message)
        case let problem as IdentityProblem:
            .failure(kind: .badArgument, message: problem.message)
        default:
            .failure(kind: .io, message: "\(error)")
        }
    }

    private static func kind(of code: StoreServerError.Code) -> ControlMessage.FailureKind {
        switch code {
        case .badArgument: .badArgument
        case .unknownName: .unknownName
        case .busy: .busy
        case .damagedKeys: .damaged
        default: .io
        }
    }

    private static func kind(of code: StoreError.Code) -> ControlMessage.FailureKind {
        switch code {
        case .notFound: .unknownName
        case .exists, .unusable, .unconfiguredServer, .wrongServerID: .badArgument
        case .busy: .busy
        case .storeFull: .storeFull
        case .damaged, .unknownChunk: .damaged
        default: .io
        }
    }
}
