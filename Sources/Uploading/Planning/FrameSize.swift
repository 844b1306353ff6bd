import Content

/// How much raw content the next frame may hold: what the link moves in some seconds. Pure: it is told what frames have
/// moved, and takes no look at a clock.
///
/// Between frames a more urgent dataset steps in. At 64 kbit/s a frame of 1 MiB would keep today's heartbeat waiting for
/// two minutes, so it gets frames down to 128 KiB. Text and data compress 3 % worse in these than in frames of 1 MiB (in
/// 256 KiB 1.3 %), so a fast link has large ones.
///
/// At most it is 1 MiB, although the wire would take frames of 4 MiB compressed: the compressor's memory grows with the
/// frame, and larger ones would hardly compress better. Only a single chunk that is larger goes beyond it, alone in its
/// frame: a chunk cannot be split, and media's have 1 MiB on average, 2 MiB at most. On a slow link that is what others
/// have to wait for.
///
/// What is judged is what the store has confirmed, by the time from the frame's first request to that: a link that breaks
/// in the middle is a slow one until it is back. Each frame counts for itself alone, so a link that is fast again has
/// large frames again with the next but one.
struct FrameSize {
    static let smallest = 128 << 10
    static let largest = FrameLimits.usualContent
    /// Before anything is known of the link: a fast one is at the largest after this, which costs it nothing.
    static let first = 256 << 10
    /// What a frame should take, in seconds.
    static let time = 8.0
    /// How long less than this takes tells how long an answer takes, not how fast the link is. In bytes that travel.
    static let judged = 64 << 10
    /// What follows may compress much worse than what went last, so not more than this is believed. What leans on a base
    /// compresses so well that a slow link has large frames, too.
    static let mostCompression = 16.0

    /// What thorough compressing saves of a raw megabyte, some 8 kB, travels in the 8 ms that it takes a school's processor
    /// longer. Bytes per second.
    static let fast = 1e6

    /// Bytes per second.
    private var speed = Double(first) / time
    /// Raw bytes for each that travels.
    private var compression = 1.0

    /// A frame is at the store.
    /// - Parameters:
    ///   - moved: bytes of it that the store has confirmed since `nanoseconds` ago.
    ///   - nanoseconds: without the time that the store asked to wait, and with the time that the link was down.
    ///   - length: of the whole frame.
    ///   - content: raw bytes in it; nil where that is not known.
    mutating func sent(_ moved: Int, in nanoseconds: UInt64, length: Int, content: Int?) {
        guard moved > 0, length > 0 else { return }
        let seconds = max(Double(nanoseconds) / 1e9, 0.001)
        let measured = Double(moved) / seconds
        // What is small can say that the link is at least so fast, or that not even so little came through in time.
        let isJudged = moved >= FrameSize.judged || seconds >= FrameSize.time
        if isJudged || measured > speed { speed = measured }
        if let content, content >= FrameSize.smallest / 2 {
            compression = min(max(Double(content) / Double(length), 1), FrameSize.mostCompression)
        }
    }

    /// - Parameter rate: bytes per second that may be sent now; nil for no limit.
    /// - Returns: raw bytes, from `smallest` to `largest`.
    func content(rate: UInt64?) -> Int {
        let content = allowed(rate) * FrameSize.time * compression
        return min(max(Int(min(content, Double(FrameSize.largest))), FrameSize.smallest), FrameSize.largest)
    }

    /// Whether compressing harder would take longer than what it saves takes on the link.
    func isLinkFast(rate: UInt64?) -> Bool { allowed(rate) >= FrameSize.fast }

    /// Bytes per second.
    private func allowed(_ rate: UInt64?) -> Double {
        min(speed, rate.map { Double(max($0, RateBucket.slowestRate)) } ?? .infinity)
    }
}
