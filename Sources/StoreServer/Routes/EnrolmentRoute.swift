import HTTPTypes
import Hummingbird
import LevelTree
import Wire

extension SchoolRoutes {
    /// `POST /v1/enrolments`: a one-time code becomes an installation.
    func enrol(_ request: Request, from peer: String) async throws -> Response {
        try await withJSON(EnrolmentRequest.self, of: request, upTo: limits.enrolmentBytes, from: nil) { wish in
            let answer = try await lanes.enrolmentOfCode.run(wish.code) {
                try await lanes.enrolments.run { [store] in try store.enrol(wish) }
            }
            logger.notice(
                "\(wish.serverID): enrolled as installation \(answer.installation), files to \(answer.directory), from \(peer)"
            )
            return try .json(answer, status: .created)
        }
    }
}
