/// How much of a piece of work there is, or is done.
public struct ProgressAmount: Hashable, Sendable {
    public var files: Int
    public var bytes: UInt64

    public init(files: Int = 0, bytes: UInt64 = 0) {
        self.files = files
        self.bytes = bytes
    }
}

/// A piece of work at one moment, ready to be drawn.
public struct ProgressReading: Sendable {
    public var title: String
    public var done: ProgressAmount
    /// `nil` while nobody knows.
    public var total: ProgressAmount?
    public var elapsed: Duration
    /// Of the last seconds, not of the whole run; `nil` until there is something to tell.
    public var bytesPerSecond: Double?
    public var filesPerSecond: Double?

    public init(
        title: String, done: ProgressAmount, total: ProgressAmount? = nil, elapsed: Duration,
        bytesPerSecond: Double? = nil, filesPerSecond: Double? = nil
    ) {
        self.title = title
        self.done = done
        self.total = total
        self.elapsed = elapsed
        self.bytesPerSecond = bytesPerSecond
        self.filesPerSecond = filesPerSecond
    }

    /// 0...1, by bytes where there are any, else by files; `nil` without a total.
    public var fraction: Double? {
        guard let total else { return nil }
        if total.bytes > 0 { return min(1, Double(done.bytes) / Double(total.bytes)) }
        if total.files > 0 { return min(1, Double(done.files) / Double(total.files)) }
        return nil
    }

    /// `nil` without a total or a rate.
    public var timeLeft: Duration? {
        guard let total else { return nil }
        let (left, rate) =
            total.bytes > 0
            ? (Double(total.bytes) - Double(done.bytes), bytesPerSecond)
            : (Double(total.files) - Double(done.files), filesPerSecond)
        guard let rate, rate > 0, left > 0 else { return nil }
        let seconds = left / rate
        return seconds < 1e9 ? .seconds(seconds) : nil
    }
}
