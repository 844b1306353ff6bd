/// Keeps a stream of bytes at a rate: a token bucket that holds a quarter of a second.
///
/// Pure: the caller says what time it is and does the waiting.
struct RateBucket {
    /// The longest wait that is asked for at once, in nanoseconds, so that a stop is noticed soon.
    static let longestWait: UInt64 = 250_000_000
    /// Slower than this nothing would ever arrive.
    static let slowestRate: UInt64 = 1 << 10

    private var available: UInt64 = 0
    private var filledAt: UInt64?

    enum Allowance: Equatable {
        /// At most so many bytes may go now.
        case bytes(Int)
        /// None may go for so many nanoseconds.
        case wait(UInt64)
    }

    /// - Parameters:
    ///   - rate: bytes per second; nil for no limit.
    ///   - now: nanoseconds of any clock that only rises.
    mutating func allowance(wanted: Int, rate: UInt64?, now: UInt64) -> Allowance {
        guard let rate = rate.map({ max($0, RateBucket.slowestRate) }) else {
            filledAt = nil
            return .bytes(wanted)
        }
        fill(rate: rate, now: now)
        // Handing out single bytes would cost a TLS record each: wait for a slice worth sending.
        let slice = min(UInt64(max(wanted, 1)), max(rate / 16, 256))
        if available >= slice { return .bytes(Int(min(available, UInt64(wanted)))) }
        let missing = (slice - available) * 1_000_000_000 / rate
        return .wait(min(max(missing, 1_000_000), RateBucket.longestWait))
    }

    mutating func spend(_ bytes: Int) {
        available -= min(available, UInt64(bytes))
    }

    private mutating func fill(rate: UInt64, now: UInt64) {
        let capacity = max(rate / 4, 256)
        guard let before = filledAt, now >= before else {
            available = capacity
            filledAt = now
            return
        }
        // Longer than a second fills it in any case; the bound keeps the product small.
        let elapsed = min(now - before, 1_000_000_000)
        let earned = elapsed * rate / 1_000_000_000
        guard earned > 0 else { return }
        available = min(available + earned, capacity)
        filledAt = now
    }
}
