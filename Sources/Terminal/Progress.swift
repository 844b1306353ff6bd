import Synchronization

/// What long work shows on standard error: a bar with rate and time left on a terminal, a plain line now and then
/// elsewhere, nothing with `--quiet`. Everything said is escaped for the terminal. May be called from any thread.
public final class Progress: Sendable {
    /// Where and how it is drawn.
    public enum Display: Sendable {
        /// A bar that is redrawn in place, at most ten times a second.
        case bar(columns: @Sendable () -> Int)
        /// A line every ten seconds.
        case lines
    }

    private static let redrawInterval: Duration = .milliseconds(100)
    private static let lineInterval: Duration = .seconds(10)

    private struct Work {
        var title: String
        var total: ProgressAmount?
        var done = ProgressAmount()
        var started: Duration
        var rate: ProgressRate
        var shown: Duration
    }

    private struct State {
        var work: Work?
        var barIsVisible = false
    }

    private let verbosity: Verbosity
    private let display: Display
    private let now: @Sendable () -> Duration
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - now: readings of a clock that only goes forward, from any start.
    ///   - write: gets whole pieces of text, newlines included.
    public init(
        verbosity: Verbosity, display: Display, now: @escaping @Sendable () -> Duration,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.verbosity = verbosity
        self.display = display
        self.now = now
        self.write = write
    }

    /// On this program's standard error, by the machine's monotonic clock.
    public static func onStandardError(_ verbosity: Verbosity) -> Progress {
        let start = ContinuousClock.now
        return Progress(
            verbosity: verbosity,
            display: StandardError.isTerminal ? .bar(columns: { StandardError.columns }) : .lines,
            now: { ContinuousClock.now - start },
            write: StandardError.write)
    }

    /// Starts a piece of work; one that is still open ends silently.
    public func begin(_ title: String, total: ProgressAmount? = nil) {
        let time = now()
        state.withLock { state in
            let rate = ProgressRate(start: time)
            // A bar appears at once; a line only after the first ten seconds, since most work is shorter.
            state.work = Work(title: title, total: total, started: time, rate: rate, shown: time)
            if case .bar = display { show(&state, at: time) }
        }
    }

    /// Tells how much is done, counted from the start of the work, and the total where it has changed.
    public func update(_ done: ProgressAmount, total: ProgressAmount? = nil) {
        state.withLock { state in
            state.work?.done = done
            if let total { state.work?.total = total }
            advance(&state)
        }
    }

    /// Tells that so much more is done.
    public func advance(files: Int = 0, bytes: UInt64 = 0) {
        state.withLock { state in
            state.work?.done.files += files
            state.work?.done.bytes += bytes
            advance(&state)
        }
    }

    /// Ends the work: the bar goes, and the sentence stays (not with `--quiet`).
    public func end(_ sentence: String? = nil) {
        state.withLock { state in
            state.work = nil
            wipe(&state)
            if let sentence, verbosity > .quiet { write(TerminalText.escaped(sentence) + "\n") }
        }
    }

    /// A sentence for the person who watches; not with `--quiet`.
    public func say(_ sentence: String) { print(sentence, from: .normal) }

    /// A detail; only with `--verbose`.
    public func detail(_ sentence: String) { print(sentence, from: .verbose) }

    /// What went wrong; always.
    public func warn(_ sentence: String) { print(sentence, from: .quiet) }

    private func print(_ sentence: String, from level: Verbosity) {
        guard verbosity >= level else { return }
        state.withLock { state in
            wipe(&state)
            write(TerminalText.escaped(sentence) + "\n")
            if case .bar = display { show(&state, at: now()) }
        }
    }

    private func advance(_ state: inout State) {
        guard let work = state.work, verbosity > .quiet else { return }
        let time = now()
        state.work?.rate.add(work.done, at: time)
        let interval =
            switch display {
            case .bar: Self.redrawInterval
            case .lines: Self.lineInterval
            }
        if time - work.shown >= interval { show(&state, at: time) }
    }

    private func show(_ state: inout State, at time: Duration) {
        guard let work = state.work, verbosity > .quiet else { return }
        let rate = work.rate.perSecond(work.done, at: time)
        let reading = ProgressReading(
            title: work.title, done: work.done, total: work.total, elapsed: time - work.started,
            bytesPerSecond: rate?.bytes, filesPerSecond: rate?.files)
        state.work?.shown = time
        switch display {
        case .bar(let columns):
            write("\r" + ProgressDrawing.bar(reading, columns: columns()) + Self.clearToEnd)
            state.barIsVisible = true
        case .lines:
            write(ProgressDrawing.line(reading) + "\n")
        }
    }

    private func wipe(_ state: inout State) {
        guard state.barIsVisible else { return }
        write("\r" + Self.clearToEnd)
        state.barIsVisible = false
    }

    /// ECMA-48 "erase in line".
    private static let clearToEnd = "\u{1B}[K"
}
