import CentralStore
import HTTPTypes
import Hummingbird
import Wire

extension SchoolRoutes {
    /// `POST /v1/snapshots`: 201 and a signed receipt. The tree usually shows the snapshot by then; a big one may follow
    /// a little later, because a receipt is not made to wait for what can be built again.
    func commit(_ request: Request, from installation: AuthenticatedInstallation) async throws -> Response {
        let receipt = try await withJSON(
            CommitRequest.self, of: request, upTo: limits.commitBytes, from: installation.installation
        ) { wish in
            try await lanes.commitOfSchool.run(installation.school) {
                try await lanes.commits.run { [store] in try store.commit(wish, from: installation) }
            }
        }
        await tree.waitUntilShown(receipt.snapshot, atMost: limits.treePatience)
        return try .json(receipt, status: .created)
    }

    /// `POST /v1/reports`
    func keepReport(_ request: Request, from installation: AuthenticatedInstallation) async throws -> Response {
        try await withJSON(
            Report.self, of: request, upTo: storeLimits.reportBytes, from: installation.installation
        ) { report in
            try await lanes.questions.run { [store] in try store.keepReport(report, from: installation) }
        }
        return Response(status: .noContent)
    }
}
