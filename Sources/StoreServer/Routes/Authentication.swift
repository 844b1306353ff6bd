import CentralStore
import HTTPTypes
import Hummingbird
import Wire

extension SchoolRoutes {
    /// Runs a handler for the installation that the request's bearer token names.
    /// Throws `Problem` unauthorized or revoked, before anything of the body is read.
    func admitting(
        _ request: Request, _ context: StoreRequestContext,
        _ handler: (AuthenticatedInstallation) async throws -> Response
    ) async throws -> Response {
        let installation = try await refusing(context.peer) { try await authenticated(request) }
        return try await refusing(installation.school.text) { try await handler(installation) }
    }

    /// Lets every error through; one that refuses something, and a link that broke, is also told to the operator.
    func refusing<Result>(_ who: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let link as BrokenLink {
            refusals.tell(link, of: who)
            throw link
        } catch {
            refusals.tell(ProblemAnswer.make(for: error).answer.problem, to: who)
            throw error
        }
    }

    private func authenticated(_ request: Request) async throws -> AuthenticatedInstallation {
        guard let header = request.headers[.authorization] else {
            throw Problem(
                .unauthorized,
                "The request carries no token (Authorization: Bearer). Enrol this machine: "
                    + "clix-collectd enroll --store URL.")
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", let token = Token(String(parts[1])) else {
            throw Problem(.unauthorized, "The header Authorization does not hold a token of this store's form.")
        }
        let hash = token.hash
        return try await lanes.questions.run { [store] in try store.authenticate(hash) }
    }
}
