import Collecting
import LevelTree
import Settings
import Synchronization
import Testing

@testable import SchoolDaemon
@testable import Staging
@testable import Uploading

@Suite("An upload under windows and a monthly limit")
struct UploadGateTests {
    /// Thursday, 2026-12-31 21:00 in India.
    private static let evening: Int64 = 1_798_731_000
    private let made: MadeSchool

    init() throws { made = try MadeSchool() }

    private func school(_ upload: UploadSettings, at seconds: @escaping @Sendable () -> Int64) throws -> School {
        var settings = made.settings
        settings.upload = upload
        settings.school.serverID = try ServerID("mz150")
        settings.source.docker = ["false"]
        let clock = MachineClock(
            now: { FileTime(seconds: seconds(), nanoseconds: 0) }, bootSeconds: { Double(seconds()) },
            bootID: { "this boot" })
        return try School(settings, clock: clock)
    }

    private static func night() throws -> WeekHours { try #require(WeekHours("22:00-06:00")) }

    @Test("outside of a window waits, says until when, and goes on for a person")
    func window() throws {
        let school = try school(UploadSettings(windows: Self.night())) { Self.evening }
        let refusal = UploadGate(school, isAsked: false).manners.refusal(true)
        #expect(refusal?.code == .outsideWindows && refusal?.exitStatus == 75)
        #expect(refusal?.message == "uploads wait until 2026-12-31 22:00: no window of [upload] is open")
        #expect(UploadGate(school, isAsked: true).manners.refusal(false) == nil)
        #expect(school.uploadHold()?.seconds == 3600)
    }

    @Test("that a person asks for outside of a window says so, and is tried all the same", arguments: [true, false])
    func asked(isClosed: Bool) async throws {
        let windows = isClosed ? try Self.night() : nil
        var settings = try school(UploadSettings(windows: windows), at: { Self.evening }).settings
        settings.store = try StoreURL("https://localhost:1")
        let clock = MachineClock(
            now: { FileTime(seconds: Self.evening, nanoseconds: 0) }, bootSeconds: { 600 }, bootID: { "this boot" })
        let listener = Listener()
        let outcome = await SchoolRequest.upload(nil)
            .carryOut(on: try School(settings, clock: clock), telling: listener)
        #expect(outcome.uploaded?.stopped?.code == .notEnrolled)
        let said = "say no window of [upload] is open now; this is sent all the same, as a person asks for it"
        #expect(listener.lines.contains(said) == isClosed)
    }

    @Test(
        "that has used up the month ends, for a person too, and every byte is on the disk as soon as it has travelled")
    func limit() throws {
        let now = Mutex(Self.evening)
        let clock: @Sendable () -> Int64 = { now.withLock { $0 } }
        let school = try school(UploadSettings(windows: Self.night(), monthlyLimit: 1_000_000), at: clock)
        let manners = UploadGate(school, isAsked: true).manners
        manners.travelled(500_000)
        #expect(manners.refusal(false) == nil)
        now.withLock { $0 -= 86_400 }
        manners.travelled(500_000)
        // As after a kill: another process, that knows only the disk.
        let again = UploadGate(try self.school(school.settings.upload, at: clock), isAsked: true).manners
        let refusal = again.refusal(true)
        #expect(refusal?.code == .monthlyLimit)
        #expect(
            refusal?.message == "uploads wait until 2027-01-01 00:00: this month's limit of 1.0 MB is used up "
                + "(monthly_limit under [upload])")
        now.withLock { $0 = Self.evening + 3 * 3600 }
        #expect(again.refusal(false) == nil)
        #expect(try school.trafficOfMonth(school.wallSeconds) == 0)
    }

    @Test("under a clock that is not believed may ask the time where the limit was reached, and then knows")
    func doubted() throws {
        let school = try school(UploadSettings(windows: Self.night(), monthlyLimit: 10)) { 3600 }
        let gate = UploadGate(school, isAsked: false)
        #expect(gate.manners.refusal(false) == nil, "windows count as open")
        gate.manners.travelled(10)
        #expect(gate.manners.refusal(true) == nil)
        #expect(gate.manners.refusal(false)?.code == .monthlyLimit)
        #expect(school.uploadHold() == nil)
        try StoreTime(bootID: "this boot", bootSeconds: 3600, seconds: Self.evening).save(to: school.files)
        school.shared.rereadStoreTime()
        #expect(gate.manners.refusal(true)?.code == .monthlyLimit, "it is undated, and nothing says that it was before")
        #expect(school.uploadHold()?.seconds == 10_800)
    }

    @Test("is slower in school hours, and as soon as they begin")
    func rate() throws {
        let now = Mutex(Self.evening)
        let settings = UploadSettings(
            rate: 1000, rateInSchoolHours: 10, schoolHours: try #require(WeekHours("21:30-22:00")))
        let gate = UploadGate(try school(settings) { now.withLock { $0 } }, isAsked: false)
        #expect(gate.rate() == 1000)
        now.withLock { $0 += 1800 }
        #expect(gate.rate() == 10)
    }

    @Test("is not sent uncounted where the month is limited")
    func uncounted() throws {
        let school = try school(UploadSettings(monthlyLimit: 1_000_000)) { Self.evening }
        try made.file("staging/state", "no folder")
        let manners = UploadGate(school, isAsked: false).manners
        manners.travelled(5)
        #expect(manners.refusal(false)?.code == .staging)
    }

    @Test("is counted without a limit, too, but not written down for each frame")
    func unlimited() throws {
        let school = try school(UploadSettings()) { Self.evening }
        let gate = UploadGate(school, isAsked: false)
        gate.manners.travelled(1 << 20)
        #expect(try school.trafficOfMonth(school.wallSeconds) == 0)
        gate.manners.travelled(15 << 20)
        #expect(try school.trafficOfMonth(school.wallSeconds) == 16 << 20)
        gate.manners.travelled(5)
        gate.end()
        #expect(try school.trafficOfMonth(school.wallSeconds) == (16 << 20) + 5)
    }

    @Test("that was ended by them tells only that the link is good, if it came to the store")
    func link() throws {
        let school = try school(UploadSettings()) { Self.evening }
        var report = UploadReport()
        report.stopped = UploadError(.monthlyLimit, "it is used up")
        LastUpload.note(report, at: 1000, in: school.files)
        #expect(LastUpload.load(from: school.files) == nil)
        report.storeTime = (seconds: Self.evening, bootNanoseconds: 0)
        LastUpload.note(report, at: 2000, in: school.files)
        #expect(LastUpload.load(from: school.files) == LastUpload(ended: 2000, gotThrough: 2000))
    }

    @Test("is in status: what holds it, until when, and what the month has cost")
    func status() throws {
        let school = try school(UploadSettings(windows: Self.night(), monthlyLimit: 1_000_000)) { Self.evening }
        _ = try school.openStaging(school.identity())
        UploadGate(school, isAsked: true).manners.travelled(500_000)
        let status = try school.status()
        let held = "uploads wait until 2026-12-31 22:00: no window of [upload] is open"
        #expect(status.upload.held == held)
        #expect(status.upload.heldUntil == "2026-12-31T22:00:00+05:30")
        #expect(status.text.contains("upload   \(held)\n"))
        #expect(status.text.contains("traffic  500 kB of 1.0 MB sent and received this month\n"))
        #expect(status.summary.contains(held))
    }
}
