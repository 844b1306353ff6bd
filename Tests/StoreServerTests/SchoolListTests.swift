import LevelTree
import Testing

@testable import StoreServer

@Suite("The states' list of schools")
struct SchoolListTests {
    private static let heading = "Sr. No.;School Name;Full CLIx School Code;Server id\n"

    private func parse(_ text: String) throws -> [SchoolList.Line] {
        try SchoolList(parsing: Array(text.utf8), named: "schools.csv").lines
    }

    @Test("names, codes and ids are read, with what spreadsheets add")
    func reads() throws {
        let text =
            "\u{FEFF}Sr. No.;School Name;Full CLIx School Code;Server id\r\n;St. Foo's H/S & Hostel;2039150;mz150\r\n"
            + ";\"Govt. School; Bar \"; NA ;TG350\r\n\r\n;;;\r\n7;Third;;ct131\r\n"
        let lines = try parse(text)
        #expect(lines.map(\.serverID.text) == ["mz150", "tg350", "ct131"])
        #expect(lines.map(\.schoolCode.text) == ["2039150", "NA", ""])
        #expect(lines.map(\.schoolName) == ["St. Foo's H/S & Hostel", "Govt. School; Bar", "Third"])
        #expect(lines.map(\.number) == [2, 3, 6])
    }

    @Test("one bad line refuses the whole list, and every bad line is named")
    func refuses() throws {
        let text =
            Self.heading + ";A;2039150;mz150\n;B;2039151;17\n;C;../x;mz152\n;D;2039153\n;E;2039150;mz150\n"
            + ";F;00000000;sp100\n;G;;one\n"
        let error = try #require(throws: StoreServerError.self) { try parse(text) }
        for place in ["line 3", "line 4", "line 5", "line 6: mz150 is also in line 2", "line 7", "line 8"] {
            #expect(error.message.contains(place))
        }
        #expect(!error.message.contains("line 2:"))
    }

    @Test("a list without its heading, an empty one, and an open quotation mark are refused")
    func malformed() {
        #expect(throws: StoreServerError.self) { try parse("") }
        #expect(throws: StoreServerError.self) { try parse(";A;2039150;mz150\n") }
        let error = #expect(throws: StoreServerError.self) { try parse(Self.heading + ";\"A;2039150;mz150\n") }
        #expect(error?.message.contains("schools.csv:2") == true)
    }
}
