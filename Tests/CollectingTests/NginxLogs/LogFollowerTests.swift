import Glibc
import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite("The web server's logs are followed")
struct LogFollowerTests {
    let site = LogSite()

    private func write(_ numbers: ClosedRange<Int>, to name: String, day: Int = 16) {
        site.append(numbers.map { LogSite.access($0, day: day) }.joined(), to: name)
    }

    private func expectLines(_ numbers: ClosedRange<Int>, sourceLocation: SourceLocation = #_sourceLocation) {
        let found = site.lines("access").map { $0 + "\n" }
        #expect(
            found == numbers.map { LogSite.access($0) }, "\(found.count) lines", sourceLocation: sourceLocation)
    }

    @Test func `line by line, into a file for each day`() async throws {
        site.write(LogSite.access(1, day: 15) + LogSite.access(2) + LogSite.access(3), to: "access.log")
        site.write(LogSite.error(1, day: 31), to: "school.server.org.error.log")
        try await site.collect()
        #expect(
            site.staged == [
                "access-20180815.log": LogSite.access(1, day: 15),
                "access-20180816.log": LogSite.access(2) + LogSite.access(3),
                "school.server.org.error-20180831.log": LogSite.error(1, day: 31),
            ])
        #expect(site.shortfalls.isEmpty)
    }

    /// The made school's clock says 1 September 2018.
    @Test func `into no file for a day that cannot be yet, unless the clock is not believed`() async throws {
        func line(_ date: String) -> String { "192.168.1.9 - - [\(date):18:22:01 +0530] \"GET /\" 200\n" }
        site.write(line("01/Jan/2000") + line("02/Sep/2018") + line("03/Sep/2018"), to: "access.log")
        try await site.collect()
        #expect(
            site.staged == [
                "access-20180901.log": line("01/Jan/2000"),
                "access-20180902.log": line("02/Sep/2018") + line("03/Sep/2018"),
            ])
        site.append(line("03/Sep/2018"), to: "access.log")
        try await site.collect(isClockTrusted: false)
        #expect(site.staged["access-20180903.log"] == line("03/Sep/2018"))
    }

    @Test func `further each time, and a line only once it is whole`() async throws {
        write(1...3, to: "access.log")
        try await site.collect()
        let next = LogSite.access(4)
        site.append(String(next.prefix(40)), to: "access.log")
        try await site.collect()
        expectLines(1...3)
        site.append(String(next.dropFirst(40)), to: "access.log")
        write(5...6, to: "access.log")
        try await site.collect()
        expectLines(1...6)
        try await site.collect()
        expectLines(1...6)
    }

    @Test func `again from where they were, if the generation was not published`() async throws {
        write(1...3, to: "access.log")
        try await site.collect(isPublished: false)
        try await site.collect()
        write(4...5, to: "access.log")
        try await site.collect(isPublished: false)
        try await site.collect()
        expectLines(1...5)
    }

    @Test func `not at all, where it cannot be told how far they were read`() async throws {
        write(1...3, to: "access.log")
        try await site.collect()
        site.memory = Array(#"{"another": "form"}"#.utf8)
        await #expect(throws: CollectingProblem.self) { try await site.collect() }
        expectLines(1...3)
    }

    @Test func `through a rotation by rename`() async throws {
        write(1...5, to: "access.log")
        try await site.collect()
        write(6...9, to: "access.log")
        site.rename("access.log", "access.log.1")
        write(10...12, to: "access.log")
        try await site.collect()
        expectLines(1...12)
    }

    @Test func `through compression, at once and delayed`() async throws {
        write(1...5, to: "access.log")
        try await site.collect()
        write(6...9, to: "access.log")
        site.rename("access.log", "access.log.2")
        try await site.compress("access.log.2")
        write(10...12, to: "access.log.1")
        write(13...14, to: "access.log")
        try await site.collect()
        expectLines(1...14)
        try await site.compress("access.log.1")
        site.rename("access.log.2.gz", "access.log.3.gz")
        site.rename("access.log.1.gz", "access.log.2.gz")
        try await site.collect()
        expectLines(1...14)
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `while the server goes on writing into the renamed file`() async throws {
        write(1...5, to: "access.log")
        try await site.collect()
        site.rename("access.log", "access.log.1")
        site.write("", to: "access.log")
        write(6...9, to: "access.log.1")
        try await site.collect()
        expectLines(1...9)
        write(10...11, to: "access.log.1")
        site.remove("access.log")
        site.rename("access.log.1", "access.log.2")
        try await site.compress("access.log.2")
        write(12...13, to: "access.log")
        try await site.collect()
        expectLines(1...13)
    }

    @Test func `through copying and truncating`() async throws {
        write(1...5, to: "access.log")
        try await site.collect()
        write(6...9, to: "access.log")
        site.write(site.content("access.log"), to: "access.log.1")
        site.write("", to: "access.log")
        write(10...20, to: "access.log")
        try await site.collect()
        expectLines(1...20)
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `from the start, where there are older ones: .old, numbered and compressed`() async throws {
        write(1...2, to: "access.log.old")
        write(3...4, to: "access.log.3")
        try await site.compress("access.log.3")
        write(5...6, to: "access.log.2")
        try await site.compress("access.log.2")
        write(7...8, to: "access.log.1")
        write(9...9, to: "access.log")
        try await site.collect()
        expectLines(1...9)
        try await site.collect()
        expectLines(1...9)
    }

    @Test func `and what is there plain and half compressed is taken once`() async throws {
        write(1...5, to: "access.log.2")
        site.write("\u{1f}half of a gzip file", to: "access.log.2.gz")
        try await site.collect()
        expectLines(1...5)
        site.remove("access.log.2.gz")
        try await site.compress("access.log.2")
        try await site.collect()
        expectLines(1...5)
    }

    @Test func `and a truncation that loses lines is said, once`() async throws {
        write(1...5, to: "access.log")
        try await site.collect()
        write(6...7, to: "access.log")
        site.write(LogSite.access(8), to: "access.log")
        try await site.collect()
        #expect(site.lines("access").count == 6)
        #expect(site.shortfalls.count == 1)
        #expect(site.shortfalls.first?.hasPrefix("access.log: was truncated or removed") == true)
        try await site.collect()
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `and a new log that begins like the old one is read whole`() async throws {
        let same = String(repeating: "the same line again\n", count: 500)
        site.write(same, to: "access.log")
        try await site.collect()
        site.rename("access.log", "access.log.1")
        site.write(same + same, to: "access.log")
        try await site.collect()
        #expect(site.lines("access").count == 1500)
    }

    @Test func `and a cut gzip file gives what can be had of it, and is named`() async throws {
        write(1...2000, to: "access.log.2")
        try await site.compress("access.log.2")
        let packed = try SmallFile.read(site.path("access.log.2.gz"), limit: 1 << 20)
        let file = TestFile(site.path("access.log.2.gz"))
        file.write(Array(packed.prefix(packed.count / 2)))
        try await site.collect()
        let count = site.lines("access").count
        #expect((100..<2000).contains(count))
        let said = try #require(site.shortfalls.first)
        #expect(said.hasPrefix("access.log.2.gz: is a damaged gzip file (unexpected end of file, after "))
        // Whole again, it gives the rest.
        file.write(packed)
        try await site.collect()
        #expect(Set(site.lines("access")).isSuperset(of: (1...2000).map { String(LogSite.access($0).dropLast()) }))
    }

    @Test func `and the last words before a power cut get a line of their own`() async throws {
        site.write(LogSite.access(1) + "192.168.1.2 - - [16/Aug", to: "access.log.2")
        write(2...2, to: "access.log.1")
        try await site.collect()
        #expect(site.lines("access").count == 3)
        #expect(site.lines("access")[1] == "192.168.1.2 - - [16/Aug")
    }

    @Test func `with lines longer than any buffer`() async throws {
        let long = "2018/08/16 18:22:01 [debug] " + String(repeating: "x", count: 700_000) + "\n"
        site.write(LogSite.error(1) + long + LogSite.error(2, day: 17), to: "error.log")
        try await site.collect()
        #expect(site.staged["error-20180816.log"] == LogSite.error(1) + long)
        #expect(site.staged["error-20180817.log"] == LogSite.error(2, day: 17))
    }

    @Test func `not where the configuration leaves one out`() async throws {
        write(1...2, to: "access.log")
        site.write(LogSite.error(1), to: "school.server.org.error.log")
        try await site.collect(excluding: ["*.error.log*"])
        #expect(site.staged.keys.sorted() == ["access-20180816.log"])
    }

    @Test func `as far as there is room, and the rest when there is more`() async throws {
        write(1...200_000, to: "access.log")
        site.room = 30 << 20
        try await site.collect()
        let first = site.lines("access").count
        #expect((1..<200_000).contains(first))
        #expect(site.shortfalls.count == 1)
        site.room = .max
        try await site.collect()
        expectLines(1...200_000)
        #expect(site.shortfalls.isEmpty)
    }

    /// Staging writes a day's file anew when lines come to it.
    @Test func `not where there is no room for a copy of the day's file beside it, but for another day`() async throws {
        write(1...100_000, to: "access.log")
        try await site.collect()
        site.room = 20 << 20
        site.append(LogSite.access(100_001), to: "access.log")
        site.write(LogSite.error(1), to: "error.log")
        try await site.collect()
        #expect(site.pathsMade.map { "\($0)" } == ["error-20180816.log"])
        #expect(site.shortfalls.map { $0.prefix(16) } == ["access.log: wait"])
        site.room = .max
        try await site.collect()
        expectLines(1...100_001)
        site.room = 20 << 20
        site.append(LogSite.access(100_002, day: 17), to: "access.log")
        try await site.collect()
        #expect(site.staged["access-20180817.log"] == LogSite.access(100_002, day: 17))
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `once, though they were compressed while the disk was full`() async throws {
        write(1...5, to: "access.log")
        site.write(LogSite.error(1), to: "error.log")
        try await site.collect()
        write(6...9, to: "access.log")
        site.rename("access.log", "access.log.1")
        try await site.compress("access.log.1")
        write(10...12, to: "access.log")
        site.room = 0
        try await site.collect()
        #expect(site.shortfalls.count == 2)
        site.room = .max
        try await site.collect()
        expectLines(1...12)
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `as far as there is room, and the rest when there is more, out of a compressed one too`() async throws {
        write(1...200_000, to: "access.log.1")
        try await site.compress("access.log.1")
        write(200_001...200_003, to: "access.log")
        site.room = 30 << 20
        try await site.collect()
        let first = site.lines("access").count
        #expect((1..<200_000).contains(first))
        #expect(site.shortfalls.map { $0.prefix(10) } == ["access.log", "access.log"])
        site.rename("access.log.1.gz", "access.log.2.gz")
        site.room = .max
        try await site.collect()
        expectLines(1...200_003)
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `once, though a copy of one was still being made`() async throws {
        write(1...500, to: "access.log")
        try await site.collect()
        write(501...900, to: "access.log")
        // copytruncate(8): half of the copy is there, then all of it, then the log is emptied.
        let whole = site.content("access.log")
        for size in [whole.utf8.count / 2, whole.utf8.count] {
            site.write(String(whole.prefix(size)), to: "access.log.1")
            try await site.collect()
            expectLines(1...900)
        }
        truncate(site.path("access.log"), 0)
        write(901...903, to: "access.log")
        try await site.collect()
        expectLines(1...903)
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `once, though they were left out for some time`() async throws {
        write(1...5, to: "access.log")
        try await site.collect()
        write(6...7, to: "access.log")
        try await site.collect(excluding: ["access.log*"])
        #expect(site.shortfalls.isEmpty)
        site.rename("access.log", "access.log.1")
        write(8...9, to: "access.log")
        try await site.collect(excluding: ["access.log*"])
        expectLines(1...5)
        try await site.compress("access.log.1")
        try await site.collect()
        expectLines(1...9)
    }

    @Test func `once, though one has several names, or gets one that is another log's`() async throws {
        write(1...5, to: "access.log")
        link(site.path("access.log"), site.path("access.log.1"))
        try await site.collect()
        expectLines(1...5)
        site.remove("access.log.1")
        site.rename("access.log", "before.log")
        write(6...7, to: "access.log")
        try await site.collect()
        expectLines(1...7)
        #expect(site.lines("before").isEmpty)
        #expect(site.shortfalls.isEmpty)
    }

    /// "café" with one letter at its end, and with a letter and an accent: equal as texts.
    @Test func `each for itself, though two have names that differ in Unicode's form only`() async throws {
        let names = ["caf\u{e9}", "cafe\u{301}"]
        for (number, name) in names.enumerated() { site.write(LogSite.access(number), to: "\(name).log") }
        let expected = try names.map { try RelativePath("\($0)-20180816.log") }
        for _ in 0..<2 {
            try await site.collect()
            #expect(Set(site.pathsMade) == Set(expected))
            for (number, name) in names.enumerated() { site.append(LogSite.access(number), to: "\(name).log") }
        }
        #expect(site.shortfalls.isEmpty)
    }

    @Test func `and a symlink among them is left alone and listed`() async throws {
        write(1...3, to: "access.log")
        symlink("/etc/hostname", site.path("other.log"))
        mkfifo(site.path("third.log"), 0o600)
        try await site.collect()
        expectLines(1...3)
        let gathering = try await NginxLogsCollector().gather(try site.school.context())
        defer { gathering.release() }
        #expect(SourceSurvey(of: gathering).skipped.map(\.path) == ["other.log", "third.log"])
    }

    @Test func `and what is no log is taken as it is found`() async throws {
        site.write("a note", to: "read me.txt")
        let gathering = try await NginxLogsCollector().gather(try site.school.context())
        defer { gathering.release() }
        var paths: [String] = []
        _ = SourceSurvey(of: gathering) { path, _ in paths.append("\(path)") }
        #expect(paths == ["read me.txt"])
    }

    /// Every way to rotate, in a random order, with collections in between: each line once, and in order.
    @Test(arguments: 1...16)
    func `through any mixture of rotations`(seed: UInt64) async throws {
        var dice = SeededDice(seed)
        var next = 1
        /// Where the server writes: it keeps its file until it is told.
        var target = "access.log"
        site.write("", to: target)
        for _ in 0..<40 {
            switch dice.roll(8) {
            case 0, 1, 2:
                let count = dice.roll(30) + 1
                write(next...(next + count), to: target)
                next += count + 1
            case 3, 4: try await site.collect(isPublished: dice.roll(4) > 0)
            case 5 where target == "access.log":  // The field's way: renamed, and written on.
                try await rotateNumbered()
                site.rename("access.log", "access.log.1")
                site.write("", to: "access.log")
                if dice.roll(2) == 0 { target = "access.log.1" }
            case 5, 6: target = "access.log"  // The server is told at last.
            default:
                guard target == "access.log" else { continue }
                // An empty copy would be a file that nothing was taken of.
                guard !site.content("access.log").isEmpty else { continue }
                try await rotateNumbered()
                site.write(site.content("access.log"), to: "access.log.1")
                site.write("", to: "access.log")
            }
        }
        try await site.collect()
        expectLines(1...(next - 1))
    }

    /// `.2.gz` to `.3.gz` and so on, and `.1` to `.2.gz`, as `delaycompress` has it.
    private func rotateNumbered() async throws {
        for number in stride(from: 60, to: 1, by: -1) where !site.content("access.log.\(number).gz").isEmpty {
            site.rename("access.log.\(number).gz", "access.log.\(number + 1).gz")
        }
        guard !site.content("access.log.1").isEmpty else { return site.remove("access.log.1") }
        site.rename("access.log.1", "access.log.2")
        try await site.compress("access.log.2")
    }
}
