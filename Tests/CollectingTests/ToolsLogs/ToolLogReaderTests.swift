import Foundation
import Testing

@testable import Collecting

@Suite("A reader of tools' logs")
struct ToolLogReaderTests {
    /// What a log of these bytes holds, which come in parts of so many.
    private func read(
        _ bytes: [UInt8], by step: Int = 3, after earlier: ToolLog.State? = nil
    ) throws(ToolLogReader.Fault) -> ToolLog {
        var reader = ToolLogReader(after: earlier)
        for start in stride(from: 0, to: bytes.count, by: step) { try reader.take(bytes[start...].prefix(step)) }
        return try reader.finished()
    }

    private func read(_ text: String, after earlier: ToolLog.State? = nil) throws(ToolLogReader.Fault) -> ToolLog {
        try read(Array(text.utf8), after: earlier)
    }

    private func holds(_ bytes: [UInt8]) -> Bool {
        let results = [1, 2, 7, 1000].map { step in (try? read(bytes, by: step)) != nil }
        #expect(Set(results).count == 1, "how it is divided must not matter")
        return results[0]
    }

    // MARK: What is JSON

    static let arrays = [
        "[]", " [ ] \n", "[1]", "[[], {}, [[]], {\"a\": {}}]", "[\"\"]", "\t[\r\n1 , 2\t]\r\n ", "[true,false,null]",
        "[0, -0, 10, -12.50, 1e5, 1E+5, 1e-5, 0.0, -0.1e0, 123456789012345678901234567890]", "[\"a,]}[{\\\"b\"]",
        "[\"\\\\\"]", "[\"\\\\\\\"\", \"\\/\\b\\f\\n\\r\\t\"]", "[\"\\u0915\\uD83D\\uDE00\\u0000\"]",
        "[\"कखग 😀\u{7f}\"]",
        "[{\"a\": 1, \"b\": [1, {\"c\": \"}\"}]}, {\"a\": [\"]\"]}]", "[{\"\": 0}]", "[1.7976931348623157e308]",
    ]

    static let others = [
        "", " ", "[", "]", "[[]", "[]]", "[] []", "[],", "{}", "1", "\"[]\"", "[1 2]", "[,]", "[,1]", "[1,,2]", "[1}",
        "{1]",
        "[{]}", "[{}}]", "[[}]", "[{]", "[{\"a\"}]", "[{\"a\":}]", "[{\"a\" 1}]", "[{1: 2}]", "[{\"a\": 1,, \"b\": 2}]",
        "[{a: 1}]", "[{'a': 1}]", "['a']", "[\"a]", "[\"a\\\"]", "[\"\\x\"]", "[\"\\u12\"]", "[\"\\u12g4\"]",
        "[\"\\u+123\"]",
        "[\"\\uD83D\\u12\"]", "[\"a\nb\"]", "[\"a\tb\"]", "[\"\u{0}\"]", "\0\0", "[1]\0", "[\u{a0}1]", "[01]", "[-]",
        "[+1]",
        "[1.]", "[.5]", "[1e]", "[1e+]", "[0x1]", "[--1]", "[1.2.3]", "[tru]", "[trues]", "[True]", "[nul]", "[NaN]",
        "[Infinity]", "[-Infinity]", "[1] // one", "[1 /* one */]", "[\"a\" \"b\"]", "[{\"a\": 1 \"b\": 2}]",
        "[undefined]",
    ]

    @Test(arguments: arrays) func `takes every array of JSON that Foundation takes`(text: String) {
        #expect((try? JSONSerialization.jsonObject(with: Data(text.utf8))) is [Any])
        #expect(holds(Array(text.utf8)))
    }

    @Test(arguments: others) func `takes nothing else`(text: String) {
        #expect(!((try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) is [Any]))
        #expect(!holds(Array(text.utf8)))
    }

    /// No array is whole that is cut, and none changes whether it is JSON unnoticed when one byte of it is damaged.
    @Test(arguments: arrays) func `judges as Foundation does what is cut or damaged`(text: String) {
        let whole = Array(text.utf8)
        let judged = { (bytes: [UInt8]) in (try? JSONSerialization.jsonObject(with: Data(bytes))) is [Any] }
        for index in whole.indices {
            #expect(holds(Array(whole[..<index])) == judged(Array(whole[..<index])))
            for byte in Array("{}[]\",:\\0e- \u{0}\u{1F}".utf8) + [0x80, 0xFF] {
                var damaged = whole
                damaged[index] = byte
                // Foundation's own: it takes a comma at the end, and no number or surrogate that it cannot represent.
                let spelled = String(decoding: damaged, as: UTF8.self)
                guard !spelled.contains(/,\s*[\]}]|\\uD|[eE]\+?[0-9]{3}/) else { continue }
                #expect(holds(damaged) == judged(damaged), "\(spelled)")
            }
        }
    }

    @Test func `takes what the platform takes and Foundation does not, and not what only Foundation takes`() {
        #expect(holds(Array("[\"\\uD83D\", \"\\uDE00\\uD83D\", \"\\uD83D\\u0041\", 1e999]".utf8)))
        #expect(!holds(Array("[1,]".utf8)))
        #expect(!holds(Array("[{\"a\": 1,}]".utf8)))
    }

    @Test(
        arguments: [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0xA4]] as [[UInt8]])
    func `takes no text that is not UTF-8`(bytes: [UInt8]) {
        #expect(!holds(Array("[\"".utf8) + bytes + Array("\"]".utf8)))
        #expect(!holds(Array("[1".utf8) + bytes + Array("]".utf8)))
    }

    @Test func `takes what is nested as deep as Foundation reads, and nothing deeper`() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(holds(nested(512)))
        #expect(!holds(nested(600)))
        #expect(!holds(nested(100_000)))
    }

    // MARK: What is the same

    @Test(arguments: [
        ("[{\"a\": 1, \"b\": [true, null, \"क\"]}]", " [{\"b\":[ true,null ,\"\\u0915\"],\"a\":1 }]\n"),
        ("[1, 2.5, -0.0, 1e3, 250E-2]", "[1.0, 2.50, 0, 1000, 2.5]"),
        ("[\"/\\u0022\\u005c\\u000a😀\"]", "[\"\\/\\\"\\\\\\n\\ud83d\\uDE00\"]"),
        (
            "[{\"a\": {\"x\": 1, \"y\": {\"p\": [], \"q\": {}}}, \"aa\": 2}]",
            "[{\"aa\":2,\"a\":{\"y\":{\"q\":{},\"p\":[]},\"x\":1}}]"
        ),
    ]) func `finds the same in other spellings`(one: String, other: String) throws {
        #expect(try read(one) == read(other))
    }

    @Test func `finds other records in another order, with another content, kind or number of them`() throws {
        let logs = [
            "[]", "[[]]", "[{}]", "[1, 2]", "[2, 1]", "[12]", "[[1, 2]]", "[[12]]", "[\"1\", 2]", "[\"1,2\"]",
            "[\"1\\\",\\\"2\"]",
            "[\"1\", \"2\"]", "[[\"1\", \"2\"]]", "[true]", "[\"true\"]", "[null]", "[false]", "[0]", "[0.1]",
            "[{\"a\": 1}]",
            "[{\"a\": \"1\"}]", "[{\"b\": 1}]", "[{\"a\": 1, \"b\": 2}]", "[{\"a\": 2, \"b\": 1}]",
            "[{\"a\": 1}, {\"b\": 2}]",
            "[{\"a\": {\"b\": 2}}]", "[{\"a\": [\"b\", 2]}]", "[\"\\ud83d\"]", "[\"\\ud83e\"]", "[9007199254740993]",
            "[9007199254740992]", "[1e300]", "[1e301]",
        ]
        #expect(Set(try logs.map { try read($0).state }).count == logs.count)
    }

    @Test func `tells whether the records that were there are the first ones still`() throws {
        let earlier = try read("[1, 2]").state
        #expect(earlier.count == 2)
        #expect(try read("[1,2]", after: earlier).continues)
        #expect(try read("[1, 2, 3]", after: earlier).continues)
        for other in ["[]", "[1]", "[2, 1]", "[1, 3]", "[0, 1, 2]"] {
            #expect(try !read(other, after: earlier).continues, "\(other)")
        }
        #expect(try read("[7]", after: try read("[]").state).continues)
        #expect(try read("[]", after: try read("[]").state).continues)
        #expect(try read("[7]").continues)
    }

    // MARK: What it takes

    @Test func `holds one record of a log of 30 MB, and nothing more`() throws {
        let text = String(repeating: "x", count: 4000)
        let record = Array(", {\"user\": \"8437\", \"params\": {\"b\": [1, 2.5], \"a\": \"\(text)\"}}".utf8)
        let count = 30_000_000 / record.count + 1
        var reader = ToolLogReader(after: nil)
        var held = 0
        try reader.take(Array("[0".utf8)[...])
        for _ in 0..<count {
            for start in stride(from: 0, to: record.count, by: 1024) {
                try reader.take(record[start...].prefix(1024))
                held = max(held, reader.record.capacity)
            }
        }
        try reader.take(Array("]".utf8)[...])
        #expect(try reader.finished().state.count == count + 1)
        #expect(held < 4 * record.count)
    }

    @Test func `holds no record beyond the longest`() throws {
        let part = [UInt8](repeating: UInt8(ascii: " "), count: 64 << 10)
        var reader = ToolLogReader(after: nil)
        try reader.take([UInt8(ascii: "[")])
        for _ in 0..<16 { try reader.take(part[...]) }
        #expect(throws: ToolLogReader.Fault.longRecord) { try reader.take(part[...]) }
        #expect(reader.record.count == ToolLogReader.longestRecord)
        #expect(reader.record.capacity <= 2 * ToolLogReader.longestRecord)
    }
}
