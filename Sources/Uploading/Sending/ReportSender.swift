import Staging
import Wire

/// Tells the store small facts of this school, if they are news, and remembers what it took.
struct ReportSender {
    let staging: Staging
    let conversation: StoreConversation

    /// One try: the next run makes another.
    ///
    /// - Parameter storeSeconds: as `hello` told it.
    /// - Returns: what the store answered if it asks to come later, which holds for whatever is sent next as well; the
    ///   report then counts as not sent.
    /// - Throws: `UploadError`, `TransferFailure`, or `StagingError`; the report then counts as not sent.
    func send(_ report: Report, storeSeconds: Int64) throws -> Problem? {
        let report = report.bounded()
        let acknowledged = try staging.acknowledgedReport()
        guard
            ReportNews.isNews(
                report, since: acknowledged, reserve: try staging.diskUse().keepFree, storeSeconds: storeSeconds)
        else { return nil }
        let request = StoreRequest(.post, "/v1/reports", body: try WireCoding.encode(report))
        if case .refused(let problem, _) = try conversation.attempt(request) {
            if problem.passes { return problem }
            throw UploadError(.rejected, "the store does not take it: \(problem.detail)")
        }
        try staging.acknowledge(AcknowledgedReport(report, storeSeconds: storeSeconds))
        return nil
    }
}
