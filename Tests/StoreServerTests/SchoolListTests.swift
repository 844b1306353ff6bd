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

    @Test("lines that are not UTF-8 are named, and how to save the list")
    func otherCharacterSets() throws {
        var bytes = Array((Self.heading + ";A;2039150;mz150\n;").utf8)
        bytes += [0xC9] + Array("cole;2039151;mz151\n;B;2039152;mz152\n;Caf".utf8) + [0xE9]
        let error = #expect(throws: StoreServerError.self) { try SchoolList(parsing: bytes, named: "schools.csv") }
        #expect(
            error?.message == """
                schools.csv was not imported, not even in part:
                  line 3: is not UTF-8 text
                  line 5: is not UTF-8 text
                Save the list again, as CSV with the character set UTF-8.
                """)
    }

    @Test("another separator than ; is recognised, and the sentence says which is right", arguments: [",", "\t"])
    func separators(_ separator: String) throws {
        let text = (Self.heading + ";A;2039150;mz150\n").replacing(";", with: separator)
        let error = #expect(throws: StoreServerError.self) { try parse(text) }
        #expect(error?.message.contains("not separated by ; (semicolons)") == true)
    }

    @Test("a code of a wrong length, and a line that is cut off, are named with what is right")
    func mistyped() throws {
        let error = #expect(throws: StoreServerError.self) {
            try parse(Self.heading + ";A;203915;mz150\n;B,x,mz1\n;\n")
        }
        #expect(error?.message.contains("line 2: \"203915\" is not a school code: it must be 7 or 8 digits") == true)
        #expect(error?.message.contains("line 3: has 2 fields, fewer than the heading") == true)
    }
}
