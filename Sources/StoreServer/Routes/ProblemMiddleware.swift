import HTTPTypes
import Hummingbird
import Logging
import Wire

/// Turns whatever a route throws, and an unknown route, into a problem; writes to the journal what the operator should
/// hear of.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await next(request, context)
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            let answer = answer(to: request, error)
            // A HEAD must not have a body, only its length.
            return request.method == .head ? answer.response.createHeadResponse() : answer.response
        }
    }

    private func answer(to request: Request, _ error: any Error) -> ProblemAnswer {
        if let error = error as? HTTPError, error.status == .notFound {
            let detail = "This store has nothing at \(request.method) \(request.uri.path.prefix(200))."
            return ProblemAnswer(problem: Problem(.notFound, detail))
        }
        let (answer, forJournal) = ProblemAnswer.make(for: error)
        if let forJournal {
            logger.error("\(request.method) \(request.uri.path.prefix(200)) failed: \(forJournal)")
        }
        return answer
    }
}
