import Staging
import Wire

/// Decides whether a report says anything that the store does not know. Pure.
///
/// A report that is the same again costs a school's data volume and a write at the store; so of the clock only counts by
/// how much it is wrong, where that changed by a quarter of an hour, and the free disk does only where it changed by more
/// than a tenth or crossed the reserve.
enum ReportNews {
    /// A store that lost its last packs has lost reports, so each comes again after a week.
    private static let longestSeconds: Int64 = 7 * 86_400

    /// - Parameters:
    ///   - reserve: `keep_free`, in bytes.
    ///   - storeSeconds: now, by the store's clock, which is the one to trust.
    static func isNews(
        _ report: Report, since acknowledged: AcknowledgedReport?, reserve: UInt64, storeSeconds: Int64
    ) -> Bool {
        guard let acknowledged else { return true }
        let known = acknowledged.report
        if report.version != known.version || report.errors != known.errors { return true }
        if isNews(report.freeBytes, since: known.freeBytes, reserve: reserve) { return true }
        if isNews(skew(report, storeSeconds), since: skew(known, acknowledged.storeSeconds)) { return true }
        let age = storeSeconds.subtractingReportingOverflow(acknowledged.storeSeconds)
        // A store's clock that went back says nothing about the age.
        return age.overflow || !(0..<longestSeconds).contains(age.partialValue)
    }

    /// How far the school's clock is ahead, in seconds.
    private static func skew(_ report: Report, _ storeSeconds: Int64) -> Int64 {
        (report.clock / 1000).subtractingReportingOverflow(storeSeconds).partialValue
    }

    private static func isNews(_ skew: Int64, since known: Int64) -> Bool {
        let change = skew.subtractingReportingOverflow(known)
        return change.overflow || change.partialValue.magnitude >= 900
    }

    private static func isNews(_ free: UInt64, since known: UInt64, reserve: UInt64) -> Bool {
        if (free < reserve) != (known < reserve) { return true }
        return max(free, known) - min(free, known) > known / 10
    }
}
