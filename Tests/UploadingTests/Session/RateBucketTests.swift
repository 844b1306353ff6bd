import Testing

@testable import Uploading

struct RateBucketTests {
    /// Sends as much as it may for some seconds of a hand-moved clock.
    private func sent(seconds: UInt64, rate: UInt64, piece: Int) -> UInt64 {
        var bucket = RateBucket()
        var now: UInt64 = 5_000_000_000
        let end = now + seconds * 1_000_000_000
        var sum: UInt64 = 0
        while now < end {
            switch bucket.allowance(wanted: piece, rate: rate, now: now) {
            case .wait(let nanoseconds):
                #expect(nanoseconds > 0 && nanoseconds <= RateBucket.longestWait)
                now += nanoseconds
            case .bytes(let count):
                #expect(count > 0 && count <= piece)
                bucket.spend(count)
                sum += UInt64(count)
            }
        }
        return sum
    }

    @Test(arguments: [(rate: UInt64(8 << 10), piece: 65536), (64 << 10, 16384), (512 << 10, 65536), (50 << 20, 65536)])
    func `the rate is kept`(rate: UInt64, piece: Int) {
        let sum = sent(seconds: 60, rate: rate, piece: piece)
        #expect(Double(sum) > Double(rate) * 60 * 0.97)
        #expect(Double(sum) < Double(rate) * 61)
    }

    @Test func `without a rate everything may go at once`() {
        var bucket = RateBucket()
        let allowance = bucket.allowance(wanted: 1 << 20, rate: nil, now: 0)
        #expect(allowance == .bytes(1 << 20))
    }

    @Test func `a rate of nothing still moves`() {
        #expect(sent(seconds: 60, rate: 0, piece: 65536) >= 60 * RateBucket.slowestRate / 2)
    }

    @Test func `a long pause earns no more than a quarter of a second`() {
        var bucket = RateBucket()
        guard case .bytes(let first) = bucket.allowance(wanted: 1 << 20, rate: 4096, now: 0) else {
            Issue.record("nothing may go at first")
            return
        }
        bucket.spend(first)
        let later = bucket.allowance(wanted: 1 << 20, rate: 4096, now: 3_600_000_000_000)
        #expect(later == .bytes(1024))
    }
}

struct StallWatchTests {
    /// Whether a watch with a patience of 60 that begins at 100 gives up at each reading.
    private func stalled(_ readings: [(moved: UInt64, now: UInt64)]) -> [Bool] {
        var watch = StallWatch(patience: 60, now: 100)
        return readings.map { watch.isStalled(moved: $0.moved, now: $0.now) }
    }

    @Test func `what moves now and then is never stalled`() {
        let readings = (1...50).map { (moved: UInt64($0), now: 100 + UInt64($0) * 59) }
        #expect(!stalled(readings).contains(true))
    }

    @Test func `what stands still for the whole patience is`() {
        #expect(stalled([(9, 110), (9, 169), (9, 170)]) == [false, false, true])
    }

    @Test func `the first byte counts from the beginning`() {
        #expect(stalled([(0, 159), (0, 160)]) == [false, true])
    }
}
