import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("The month's traffic")
struct MonthlyTrafficTests {
    private var traffic = MonthlyTraffic()

    @Test("begins anew with each month, of the clock on the wall")
    mutating func change() {
        #expect(MonthlyTraffic.month(1_535_759_999) == "2018-08")
        #expect(MonthlyTraffic.month(1_535_760_000) == "2018-09")
        traffic.add(100, in: "2018-08")
        traffic.add(20, in: "2018-08")
        #expect(traffic.used(in: "2018-08") == 120)
        #expect(traffic.used(in: "2018-09") == 0)
    }

    @Test("is neither counted twice nor forgotten when the clock goes back, within a month or into the one before")
    mutating func back() {
        traffic.add(100, in: "2018-08")
        traffic.add(7, in: "2018-09")
        traffic.add(30, in: "2018-08")
        #expect(traffic.used(in: "2018-08") == 130)
        traffic.add(1, in: "2018-09")
        #expect(traffic.used(in: "2018-09") == 8)
    }

    @Test("under a clock that is not believed counts for the first month that is known after")
    mutating func doubted() {
        traffic.add(5, in: nil)
        #expect(traffic.used(in: nil) == 5)
        traffic.add(100, in: "2018-08")
        #expect(traffic.used(in: "2018-08") == 105)
        traffic.add(10, in: nil)
        #expect(traffic.used(in: nil) == 115, "as long as nobody knows, it may be the month that was last")
        #expect(traffic.used(in: "2018-09") == 10)
        traffic.add(0, in: "2018-09")
        #expect(traffic.used(in: "2018-09") == 10)
        #expect(traffic.used(in: "2018-08") == 105)
    }

    @Test("stays small under a clock that jumps about, and keeps the newest")
    mutating func jumps() {
        for year in 2000..<2100 { traffic.add(UInt64(year), in: "\(year)-01") }
        #expect(traffic.months.count == 24)
        #expect(traffic.used(in: "2099-01") == 2099)
    }

    @Test("is as it was after a restart; a damaged file begins anew")
    mutating func file() throws {
        let made = try MadeSchool()
        let files = InstallationFiles(stagingDirectory: made.settings.staging.directory)
        #expect(try MonthlyTraffic.load(from: files) == traffic)
        traffic.add(100, in: "2018-08")
        traffic.add(3, in: nil)
        try traffic.save(to: files)
        #expect(try MonthlyTraffic.load(from: files) == traffic)
        try files.write([1], as: InstallationFiles.Name(rawValue: "traffic.json"))
        #expect(try MonthlyTraffic.load(from: files) == MonthlyTraffic())
    }
}
