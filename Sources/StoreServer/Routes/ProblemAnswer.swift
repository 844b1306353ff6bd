import CentralStore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOSSL
import Wire

/// A problem on its way out: every refusal and every failure leaves this service as problem details (RFC 9457).
struct ProblemAnswer {
    let problem: Problem
    /// Beside what the problem itself says.
    var headers: HTTPFields = [:]

    var body: ByteBuffer {
        // A problem is made of strings, numbers and ids: encoding it cannot fail, and if it did, the status would stand.
        ByteBuffer(bytes: (try? WireCoding.encode(problem)) ?? [])
    }

    var response: Response {
        var headers = headers
        headers[.contentType] = WireCoding.problemType
        if let seconds = problem.retryAfter { headers[.retryAfter] = String(seconds) }
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: .init(code: problem.status, reasonPhrase: problem.title), headers: headers,
            body: ResponseBody(byteBuffer: body))
    }

    /// What the client is told of an error, and whether the operator should hear of it: nil for what the service is not
    /// to blame for. Details of inner failures go to the journal and not to the client.
    static func make(for error: any Error) -> (answer: ProblemAnswer, forJournal: String?) {
        switch error {
        case let problem as Problem:
            return (ProblemAnswer(problem: problem), nil)
        case let link as BrokenLink:
            return (ProblemAnswer(problem: link.problem), nil)
        case let error as StoreError:
            return make(for: error)
        case let full as WorkLane.Full:
            let detail = "The store has too much to do just now; try again in \(full.retryAfter) seconds."
            return (ProblemAnswer(problem: Problem(.busy, detail, retryAfter: full.retryAfter)), nil)
        case is HTTPParserError, is ChannelError, is IOError, is NIOSSLError, is BoringSSLError, is CancellationError:
            // Mostly nobody is there any more to read it.
            return (ProblemAnswer(problem: Problem(.timeout, "The connection ended before the request did.")), nil)
        case let error as any HTTPResponseError:
            let detail = "The request cannot be answered: \(error.status.reasonPhrase)."
            return (ProblemAnswer(problem: Problem(.malformed, detail)), nil)
        default:
            return (inner, "\(error)")
        }
    }

    private static func make(for error: StoreError) -> (answer: ProblemAnswer, forJournal: String?) {
        if error.code.problem == .internal { return (inner, error.message) }
        var answer = ProblemAnswer(
            problem: Problem(
                error.code.problem, sentence(error.message), retryAfter: error.retryAfterSeconds,
                chunks: error.chunks.isEmpty ? nil : error.chunks))
        if let offset = error.offset { answer.headers[.uploadOffset] = String(offset) }
        return (answer, nil)
    }

    private static let inner = ProblemAnswer(
        problem: Problem(
            .internal, "The store failed at this; its journal says why. Try again later, and tell its operator.",
            retryAfter: 60))

    /// For a request that is no HTTP. Nil for errors that have to do with something else.
    static func forUnreadableRequest(_ error: any Error) -> ProblemAnswer? {
        guard let error = error as? HTTPParserError else { return nil }
        var answer =
            switch error {
            case .headerOverflow:
                ProblemAnswer(problem: Problem(.tooLarge, "The request's header is larger than this store takes."))
            default:
                ProblemAnswer(problem: Problem(.malformed, "This is not a request of HTTP/1.1."))
            }
        answer.headers[.connection] = "close"
        return answer
    }

    private static func sentence(_ message: String) -> String {
        message.hasSuffix(".") || message.hasSuffix("?") ? message : message + "."
    }
}

extension HTTPField.Name {
    static let uploadOffset = headerName("Upload-Offset")
    static let uploadComplete = headerName("Upload-Complete")

    private static func headerName(_ text: String) -> HTTPField.Name {
        // Fails only for text that is no token.
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a header's name") }
        return name
    }
}
