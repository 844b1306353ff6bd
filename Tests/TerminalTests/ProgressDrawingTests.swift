import Terminal
import Testing

@Suite struct ProgressDrawingTests {
    private let half = ProgressReading(
        title: "upload db", done: ProgressAmount(files: 3, bytes: 50_000_000),
        total: ProgressAmount(files: 12, bytes: 100_000_000), elapsed: .seconds(100), bytesPerSecond: 400_000,
        filesPerSecond: 0.1)

    @Test func `a bar shows share, files, bytes, rate and time left`() {
        #expect(
            ProgressDrawing.bar(half, columns: 120)
                == "upload db  [############............]  50%  3 of 12 files  50.0 MB of 100 MB  400 kB/s"
                + "  2 min 5 s left")
    }

    @Test(arguments: 0...120)
    func `a bar never reaches the last column`(columns: Int) {
        #expect(TerminalText.width(ProgressDrawing.bar(half, columns: columns)) <= max(0, columns - 1))
    }

    @Test func `a narrow bar loses its tail first`() {
        #expect(ProgressDrawing.bar(half, columns: 60) == "upload db  [############............]  50%  3 of 12 files")
        #expect(ProgressDrawing.bar(half, columns: 8) == "upload…")
    }

    @Test func `a plain line tells the same`() {
        #expect(
            ProgressDrawing.line(half)
                == "upload db: 50%, 3 of 12 files, 50.0 MB of 100 MB, 400 kB/s, 2 min 5 s left")
    }

    @Test func `without a total the time taken stands in for the time left`() {
        let reading = ProgressReading(
            title: "collect", done: ProgressAmount(files: 1_204, bytes: 7_000), elapsed: .milliseconds(75_900),
            bytesPerSecond: 0)
        #expect(ProgressDrawing.line(reading) == "collect: 1,204 files, 7.0 kB, 0 bytes/s, 1 min 15 s")
    }

    @Test func `one hundred percent is not said before the end, nor exceeded after it`() {
        var reading = half
        reading.done.bytes = 99_999_999
        #expect(ProgressDrawing.line(reading).contains(" 99%"))
        reading.done.bytes = 100_000_000
        #expect(ProgressDrawing.line(reading).contains(" 100%"))
        reading.done.bytes = 130_000_000
        #expect(ProgressDrawing.line(reading).contains(" 100%"))
        #expect(reading.timeLeft == nil)
    }

    @Test func `work without bytes is measured in files`() {
        let reading = ProgressReading(
            title: "verify", done: ProgressAmount(files: 5), total: ProgressAmount(files: 20), elapsed: .seconds(5),
            bytesPerSecond: 0, filesPerSecond: 1)
        #expect(reading.fraction == 0.25)
        #expect(reading.timeLeft == .seconds(15))
    }

    @Test func `a time left beyond all reason is not told`() {
        var reading = half
        reading.bytesPerSecond = 1e-9
        #expect(reading.timeLeft == nil)
        reading.bytesPerSecond = 0
        #expect(reading.timeLeft == nil)
    }

    @Test func `a title cannot steer the terminal`() {
        var reading = half
        reading.title = "a\u{1B}[2J\nb"
        #expect(ProgressDrawing.bar(reading, columns: 200).hasPrefix("a\\x1B[2J\\x0Ab  ["))
    }
}
