import Staging
import Testing
import Wire

@testable import Uploading

/// When a report is worth sending.
struct ReportNewsTests {
    private static let known = AcknowledgedReport(
        Report(version: "1.0", freeBytes: 1000, clock: 1, errors: ["one"]), storeSeconds: 100)

    private func isNews(
        _ report: Report, since known: AcknowledgedReport? = ReportNewsTests.known, reserve: UInt64 = 0,
        at time: Int64 = 100
    ) -> Bool {
        ReportNews.isNews(report, since: known, reserve: reserve, storeSeconds: time)
    }

    private func report(free: UInt64 = 1000, clock: Int64 = 1, _ errors: [String] = ["one"]) -> Report {
        Report(version: "1.0", freeBytes: free, clock: clock, errors: errors)
    }

    @Test func `the first report is news, the same again is none, however late it is`() {
        #expect(isNews(report(), since: nil))
        #expect(!isNews(report()))
        #expect(!isNews(report(clock: 99)))
    }

    @Test func `a clock that is wrong by another quarter of an hour is news, and so is one that was set`() {
        #expect(!isNews(report(clock: 700_000), at: 101))
        #expect(!isNews(report(clock: 899_000)))
        for wrong: Int64 in [901_000, -900_000, -800_000_000_000, .max, .min] { #expect(isNews(report(clock: wrong))) }
        let behind = AcknowledgedReport(
            Report(version: "1.0", freeBytes: 1000, clock: -800_000_000_000, errors: ["one"]), storeSeconds: 100)
        #expect(!isNews(report(clock: -800_000_000_000), since: behind))
        #expect(isNews(report(clock: 100_000), since: behind))
    }

    @Test func `other errors are news, and so are fewer, and another version`() {
        #expect(isNews(report(["two"])))
        #expect(isNews(report(["one", "two"])))
        #expect(isNews(report([])))
        var other = report()
        other.version = "1.1"
        #expect(isNews(other))
    }

    @Test func `free disk is news where it changed by more than a tenth, or crossed the reserve`() {
        for free: UInt64 in [900, 1100] { #expect(!isNews(report(free: free))) }
        for free: UInt64 in [899, 1101, 0, .max] { #expect(isNews(report(free: free))) }
        #expect(isNews(report(free: 990), reserve: 995))
        #expect(!isNews(report(free: 990), reserve: 2000))
        #expect(isNews(report(free: 1000), since: Self.full, reserve: 10))
    }

    private static let full = AcknowledgedReport(
        Report(version: "1.0", freeBytes: 0, clock: 1, errors: ["one"]), storeSeconds: 100)

    @Test func `what was said a week ago is said again, and so is what was said in the store's future`() {
        func later(_ seconds: Int64) -> Bool { isNews(report(clock: seconds * 1000), at: 100 + seconds) }
        #expect(!later(7 * 86_400 - 1))
        #expect(later(7 * 86_400))
        #expect(isNews(report(), at: 99))
        #expect(isNews(report(), at: .min))
    }
}
