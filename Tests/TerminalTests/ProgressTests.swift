import Synchronization
import Terminal
import Testing

/// A clock moved by hand and the text that was written.
private final class Desk: Sendable {
    private let state = Mutex((time: Duration.zero, text: ""))

    var text: String { state.withLock { $0.text } }
    func pass(_ duration: Duration) { state.withLock { $0.time += duration } }
    func now() -> Duration { state.withLock { $0.time } }
    func write(_ text: String) { state.withLock { $0.text += text } }
    func takeText() -> String {
        state.withLock { state in
            defer { state.text = "" }
            return state.text
        }
    }

    func progress(_ verbosity: Verbosity, _ display: Progress.Display) -> Progress {
        Progress(verbosity: verbosity, display: display, now: { self.now() }, write: { self.write($0) })
    }
}

@Suite struct ProgressTests {
    private let desk = Desk()
    private let wide = Progress.Display.bar(columns: { 100 })

    @Test func `on a terminal the line is redrawn in place, at most ten times a second`() {
        let progress = desk.progress(.normal, wide)
        progress.begin("db", total: ProgressAmount(bytes: 1_000))
        #expect(desk.takeText() == "\rdb  [........................]   0%  0 bytes of 1.0 kB\u{1B}[K")
        for _ in 0..<10 {
            desk.pass(.milliseconds(20))
            progress.advance(bytes: 50)
        }
        #expect(desk.takeText().filter { $0 == "\r" }.count == 2)
        progress.end("db is there.")
        #expect(desk.takeText() == "\r\u{1B}[Kdb is there.\n")
    }

    @Test func `elsewhere a line is written every ten seconds, and none for short work`() {
        let progress = desk.progress(.normal, .lines)
        progress.begin("db", total: ProgressAmount(bytes: 1_000_000))
        for _ in 0..<25 {
            desk.pass(.seconds(1))
            progress.advance(bytes: 10_000)
        }
        #expect(
            desk.takeText() == """
                db: 10%, 100 kB of 1.0 MB, 10.0 kB/s, 1 min 30 s left
                db: 20%, 200 kB of 1.0 MB, 10.0 kB/s, 1 min 20 s left

                """)
        progress.end()
        progress.begin("media")
        desk.pass(.seconds(9))
        progress.advance(bytes: 1)
        progress.end()
        #expect(desk.text.isEmpty)
    }

    @Test func `quiet tells only what went wrong`() {
        let progress = desk.progress(.quiet, wide)
        progress.begin("db", total: ProgressAmount(bytes: 10))
        desk.pass(.seconds(60))
        progress.update(ProgressAmount(bytes: 5))
        progress.say("said")
        progress.detail("detailed")
        progress.warn("wrong")
        progress.end("ended")
        #expect(desk.text == "wrong\n")
    }

    @Test func `details are told only when asked for`() {
        desk.progress(.normal, .lines).detail("a")
        desk.progress(.verbose, .lines).detail("b")
        #expect(desk.text == "b\n")
        #expect(Verbosity(quiet: true, verbose: true) == .quiet)
        #expect(Verbosity(quiet: false, verbose: true) == .verbose)
        #expect(Verbosity(quiet: false, verbose: false) == .normal)
    }

    @Test func `a sentence said meanwhile stands above the bar`() {
        let progress = desk.progress(.normal, wide)
        progress.begin("db")
        _ = desk.takeText()
        progress.say("a file vanished: x\u{1B}y")
        #expect(desk.text == "\r\u{1B}[Ka file vanished: x\\x1By\n\rdb\u{1B}[K")
    }

    @Test func `the rate is that of the last twenty seconds`() {
        let progress = desk.progress(.normal, .lines)
        progress.begin("media", total: ProgressAmount(bytes: 100_000_000))
        for second in 1...60 {
            desk.pass(.seconds(1))
            progress.advance(bytes: second <= 30 ? 1_000 : 1_000_000)
        }
        let last = desk.text.split(separator: "\n").last
        #expect(last == "media: 30%, 30.0 MB of 100 MB, 1.0 MB/s, 1 min 9 s left")
    }

    @Test func `a total that becomes known later is taken up`() {
        let progress = desk.progress(.normal, wide)
        progress.begin("db")
        desk.pass(.seconds(1))
        _ = desk.takeText()
        progress.update(ProgressAmount(files: 1), total: ProgressAmount(files: 4))
        #expect(desk.text.contains(" 25%"))
    }
}
