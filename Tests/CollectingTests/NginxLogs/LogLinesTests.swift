import Testing

@testable import Collecting

@Suite("A log line's day")
struct LogLinesTests {
    private let anyDay = LogDay(number: 0)...LogDay(number: 9999_12_31)

    private func day(_ line: String) -> Int? { Array(line.utf8).withUnsafeBytes { LogDay(of: $0)?.number } }

    @Test(arguments: [
        ("clixserver.tiss.edu : 192.168.1.23 - - [16/Aug/2018:18:22:01 +0530] \"GET / HTTP/1.1\" 200", 20_180_816),
        ("192.168.1.23 - - [01/Jan/2000:00:00:00 +0000] \"GET / HTTP/1.1\" 200", 20_000_101),
        ("[::1] : ::1 - [user] [31/Dec/2019:23:59:59 +0530] \"GET /\"", 20_191_231),
        ("2018/08/16 18:22:01 [notice] 441#441: [1/2] text", 20_180_816),
        ("2018/08/16", nil), ("2018/13/16 18:22:01 [notice]", nil), ("[32/Aug/2018:18:22:01 +0530]", nil),
        ("[16/Aug/0018:18:22:01 +0530]", nil), ("\tcontinued from above", nil), ("", nil),
        ("192.168.1.9 - - [16/Aug/2018:18:22:01 +0530] cut", nil),
    ])
    func `is that of its own clock`(line: String, expected: Int?) { #expect(day(line) == expected) }

    private static let real = "[16/Aug/2018:18:22:01 +0530]"
    private static let forged = "[17/Aug/2018:18:22:01 +0530]"

    /// Who asks chooses his user's name and what he asks for; a quote in either is written as `\\x22`.
    @Test(arguments: [
        "192.168.1.9 - \(forged) \(real) \"GET / HTTP/1.1\" 200", "192.168.1.9 - \(forged) x \(real) \"GET /\" 200",
        "h : 192.168.1.9 - \(forged)\\x22GET \(real) \"GET /\" 200",
        "192.168.1.9 - - \(real) \"GET /\(forged) HTTP/1.1\" 200",
        "192.168.1.9 - - \(real) \"GET /\" 404 \"\(forged) \"", "192.168.1.9 - 2018/08/17 \(real) \"GET /\" 200",
        "192.168.1.9 - \(forged) \(String(repeating: "x", count: 5000)) \(real) \"GET /\" 200",
    ])
    func `is never that which the client wrote`(line: String) { #expect(day(line) == 20_180_816) }

    @Test func `is that of the line before, where it lies in a future or a past that cannot be`() {
        func line(_ date: String) -> String { "192.168.1.9 - - [\(date):18:22:01 +0530] \"GET /\" 200\n" }
        var sorter = LogSorter(
            day: LogDay(number: 20_180_815), believed: LogDay(number: 20_100_101)...LogDay(number: 20_180_817))
        var runs: [String] = []
        let text = ["01/Jan/2000", "16/Aug/2018", "18/Aug/2018", "31/Dec/2009", "17/Aug/2018", "01/Jan/2010"].map(line)
        Array(text.joined().utf8).withUnsafeBytes { bytes in
            sorter.take(bytes) { day, run in runs.append("\(day.number) \(run.count { $0 == 0x0a })") }
        }
        #expect(runs == ["20180815 1", "20180816 3", "20180817 1", "20100101 1"])
    }

    @Test(arguments: [
        ("access.log", "access", LogFileName.Age.current, false),
        ("school.server.org.error.log.1", "school.server.org.error", .numbered(1), false),
        ("access.log.12.gz", "access", .numbered(12), true), ("access.log.old", "access", .old, false),
        ("access.log-20180816.gz", "access", .dated(20_180_816), true),
    ])
    func `belongs to the log that the file's name says`(
        name: String, log: String, age: LogFileName.Age, isCompressed: Bool
    ) throws {
        let parsed = try #require(LogFileName(Array(name.utf8)))
        #expect(parsed.log == LogName(log.utf8))
        #expect(parsed.age == age)
        #expect(parsed.isCompressed == isCompressed)
    }

    @Test(arguments: ["notes.txt", ".log", "access.log.swp", "access.log.1.xz", "access.logs", "log"])
    func `is not looked for in other files`(name: String) { #expect(LogFileName(Array(name.utf8)) == nil) }

    @Test func `is not looked for where a day's file would have too long a name`() {
        func name(_ length: Int) -> LogFileName? {
            LogFileName(Array(String(repeating: "a", count: length - 4).utf8) + Array(".log".utf8))
        }
        #expect(name(246) != nil && name(247) == nil)
    }

    @Test func `orders the files of a log from the oldest on`() {
        let names = ["access.log", "access.log.1", "access.log.10.gz", "access.log.2.gz", "access.log.old"]
        let sorted = names.compactMap { LogFileName(Array($0.utf8)) }.sorted { $0.age < $1.age }
        #expect(
            sorted.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                "access.log.old", "access.log.10.gz", "access.log.2.gz", "access.log.1", "access.log",
            ])
    }

    @Test func `is that of the line before, where it has none`() {
        var sorter = LogSorter(day: LogDay(number: 20_180_101), believed: anyDay)
        var runs: [String] = []
        let text = "no date yet\n" + LogSite.error(1, day: 16) + "  more of it\n" + LogSite.error(2, day: 17) + "x\n"
        Array(text.utf8).withUnsafeBytes { bytes in
            sorter.take(bytes) { runs.append("\($0.number) \($1.count)") }
        }
        #expect(
            runs == [
                "20180101 12", "20180816 \(LogSite.error(1).utf8.count + 13)",
                "20180817 \(LogSite.error(2).utf8.count + 2)",
            ])
    }

    @Test func `holds for the whole of a line that comes in pieces`() {
        var sorter = LogSorter(day: LogDay(number: 20_180_101), believed: anyDay)
        var runs: [String] = []
        for piece in ["2018/08/16 18:22:01 a long", "2018/08/17 18:22:01 not a beginning\n", "2018/08/18 18:22:01 x\n"]
        {
            Array(piece.utf8).withUnsafeBytes { bytes in
                sorter.take(bytes) { day, _ in runs.append("\(day.number)") }
            }
        }
        #expect(runs == ["20180816", "20180816", "20180818"])
    }
}
