import Testing

@testable import StoreServer

@Suite("Points in time as people write them")
struct MomentTests {
    @Test(
        "ISO 8601 is read, in Indian time unless a zone is given",
        arguments: [
            ("1970-01-01T00:00Z", 0),
            ("1970-01-01T05:30", 0),
            ("2018-08-15T10:30:05+05:30", 1_534_309_205_000),
            ("2018-08-15 10:30:05", 1_534_309_205_000),
            ("2018-08-15T05:00:05Z", 1_534_309_205_000),
            ("2018-08-15T05:00:05.25z", 1_534_309_205_250),
            ("2018-08-15T00:00:05-0500", 1_534_309_205_000),
            ("2020-02-29T00:00Z", 1_582_934_400_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        ])
    func reads(text: String, milliseconds: Int) throws {
        #expect(try Moment(parsing: text).milliseconds == Int64(milliseconds))
    }

    @Test("a date alone is the last moment of that day")
    func dateAlone() throws {
        let end = try Moment(parsing: "2018-08-15")
        #expect(end.milliseconds + 1 == (try Moment(parsing: "2018-08-16T00:00")).milliseconds)
    }

    @Test(
        "what is no time is refused with an example",
        arguments: [
            "", "yesterday", "2018", "2018-13-01", "2018-02-29", "2018-00-10", "2018-08-15T24:00", "2018-08-15T10",
            "2018-08-15T10:60", "2018-08-15T10:30:60", "2018-08-15T10:30:05.", "2018-08-15T10:30 IST",
            "2018-08-15T10:30+5:30", "1969-12-31", "15-08-2018", "2018-08-15T10:30Zx", "２018-08-15",
        ])
    func refuses(text: String) {
        let error = #expect(throws: StoreServerError.self) { try Moment(parsing: text) }
        #expect(error?.message.contains("2018-08-15T10:30") == true)
    }

    @Test("a moment is written in Indian time and read back the same, over four hundred years")
    func roundTrip() throws {
        #expect(Moment(milliseconds: 1_534_309_205_999).description == "2018-08-15 10:30:05")
        for day in stride(from: 0, through: 146_097, by: 17) {
            let moment = Moment(milliseconds: Int64(day) * 86_400_000 + 3_000)
            #expect(try Moment(parsing: moment.description) == moment)
        }
    }
}
