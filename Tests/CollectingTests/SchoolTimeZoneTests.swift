import LevelTree
import Testing

@testable import Collecting

@Suite struct `The school's time zone` {
    private func time(_ seconds: Int64) -> FileTime { FileTime(seconds: seconds, nanoseconds: 0) }

    @Test func `India is five and a half hours ahead`() {
        let local = SchoolTimeZone.india.local(time(1_534_413_600))
        #expect(local.nameText == "20180816-153000")
        #expect(local.dateText == "Thu Aug 16 15:30:00 IST 2018")
    }

    @Test func `the year turns at the school's midnight`() throws {
        let midnight: Int64 = 1_546_281_000  // 2018-12-31 18:30 UTC
        #expect(try SchoolTimeZone.india.year(of: time(midnight - 1)).number == 2018)
        #expect(try SchoolTimeZone.india.year(of: time(midnight)).number == 2019)
        #expect(try SchoolTimeZone.utc.year(of: time(midnight)).number == 2018)
    }

    @Test(arguments: [
        (0, "19700101-000000"), (951_782_400, "20000229-000000"), (951_868_800, "20000301-000000"),
        (4_107_542_400, "21000301-000000"), (-1, "19691231-235959"), (1_709_164_800, "20240229-000000"),
        (1_735_689_599, "20241231-235959"),
    ])
    func `dates are right at the edges of the calendar`(seconds: Int64, expected: String) {
        #expect(SchoolTimeZone.utc.local(time(seconds)).nameText == expected)
    }

    @Test func `a single-digit day is padded as date does`() {
        #expect(SchoolTimeZone.utc.local(time(1_533_081_600)).dateText == "Wed Aug  1 00:00:00 UTC 2018")
    }

    @Test(.enabled(if: SmallFile.exists("/usr/share/zoneinfo/Asia/Kathmandu"), "needs tzdata"))
    func `another zone is read from the machine's zone files`() throws {
        let zone = try SchoolTimeZone.named("Asia/Kathmandu")
        #expect(zone.local(time(1_534_413_600)).nameText == "20180816-154500")
        // Nepal kept India's time until 1986.
        #expect(zone.local(time(500_000_000)).offset == 19_800)
    }

    @Test(.enabled(if: SmallFile.exists("/usr/share/zoneinfo/Europe/Berlin"), "needs tzdata"))
    func `a zone that changes its clocks every year is refused`() {
        #expect(throws: CollectingProblem.self) { try SchoolTimeZone.named("Europe/Berlin") }
    }

    @Test(arguments: ["No/Such", "../../etc/passwd", "/etc/passwd", "", "a b"])
    func `what is no zone is refused with a sentence that says what to set`(name: String) {
        #expect(throws: CollectingProblem.self) { try SchoolTimeZone.named(name) }
    }

    @Test func `India and UTC need no zone files`() throws {
        #expect(try SchoolTimeZone.named("Asia/Kolkata", in: "/nonexistent") == .india)
        #expect(try SchoolTimeZone.named("UTC", in: "/nonexistent") == .utc)
    }

    @Test func `a damaged zone file is refused, wherever it was cut`() throws {
        let whole = Array("TZif2".utf8)
        for length in 0...whole.count { #expect(ZoneFile.parse(Array(whole[..<length]), name: "x") == nil) }
    }

    @Test func `programs are told the zone in a form that needs no zone files`() {
        #expect(SchoolTimeZone.india.posixText(at: time(0)) == "<IST>-5:30")
        #expect(SchoolTimeZone.utc.posixText(at: time(0)) == "<UTC>0:00")
    }
}

extension SmallFile {
    static func exists(_ path: String) -> Bool { (try? read(path, limit: 1 << 20)) != nil }
}
