import Testing

@testable import Uploading

@Suite("The next frame's size")
struct FrameSizeTests {
    private func size(after frames: [(bytes: Int, content: Int, seconds: Double)], rate: UInt64? = nil) -> Int {
        var size = FrameSize()
        for frame in frames {
            size.sent(
                frame.bytes, in: UInt64(frame.seconds * 1e9), length: frame.bytes, content: frame.content)
        }
        return size.content(rate: rate)
    }

    @Test("is in the middle before anything is known, and the largest after one frame over a fast link")
    func first() {
        #expect(size(after: []) == 256 << 10)
        #expect(size(after: [(250_000, 256 << 10, 0.1)]) == 1 << 20)
        // What compresses well is fast, too, although little of it travels.
        #expect(size(after: [(20_000, 256 << 10, 0.1)]) == 1 << 20)
    }

    @Test("is what moves in eight seconds, between 128 KiB and 1 MiB")
    func slow() {
        #expect(size(after: [(256_000, 256_000, 8)]) == 256_000)
        #expect(size(after: [(256_000, 256_000, 16)]) == 128 << 10)
        #expect(size(after: [(256_000, 256_000, 32)]) == 128 << 10)
        #expect(size(after: [(256_000, 256_000, 0)]) == 1 << 20)
        #expect(size(after: [(256_000, 256_000, 3600)]) == 128 << 10)
    }

    @Test("goes by what travels: what compresses has more raw content, sixteen times as much at most")
    func compression() {
        #expect(size(after: [(100_000, 200_000, 8)]) == 200_000)
        #expect(size(after: [(20_000, 1_000_000, 8)]) == 320_000)
        // A frame that grew is one that does not compress.
        #expect(size(after: [(200_100, 200_000, 8)]) == 200_100)
    }

    @Test("takes the time of a small frame for that of an answer")
    func latency() {
        #expect(size(after: [(3000, 9000, 0.8), (500, 900, 1.2)]) == 256 << 10)
        // A small frame proves that the link is no slower than it went.
        #expect(size(after: [(256_000, 256_000, 32), (50_000, 128 << 10, 1)]) == 1 << 20)
        // But what takes longer than a frame should is slow, however little it is.
        #expect(size(after: [(3000, 9000, 30)]) == 128 << 10)
    }

    @Test("gets small when the link gets slow, and large again with it")
    func recovery() {
        let fast = (bytes: 1 << 20, content: 1 << 20, seconds: 0.5)
        let slow = (bytes: 1 << 20, content: 1 << 20, seconds: 131.0)
        #expect(size(after: [fast, slow]) == 128 << 10)
        #expect(size(after: [fast, slow, (128 << 10, 128 << 10, 0.1)]) == 1 << 20)
        // Its smallest frames may be too small to be judged.
        #expect(size(after: [fast, slow, (30_000, 128 << 10, 0.1)]) == 1 << 20)
    }

    @Test("fits the rate that is allowed now, and the link where that is slower")
    func shaped() {
        let fast = (bytes: 1 << 20, content: 1 << 20, seconds: 0.5)
        #expect(size(after: [fast], rate: 64 << 10) == 512 << 10)
        #expect(size(after: [fast], rate: 8 << 10) == 128 << 10)
        #expect(size(after: [fast], rate: 0) == 128 << 10)
        #expect(size(after: [fast], rate: .max) == 1 << 20)
        #expect(size(after: [(256_000, 256_000, 8)], rate: 64 << 10) == 256_000)
    }

    @Test("is judged by what travelled now, where an earlier run had sent the beginning")
    func leftover() {
        var size = FrameSize()
        size.sent(100_000, in: 8_000_000_000, length: 1_000_000, content: nil)
        #expect(size.content(rate: nil) == 128 << 10)
        size.sent(0, in: 60_000_000_000, length: 1_000_000, content: nil)
        size.sent(200_000, in: 8_000_000_000, length: 1_000_000, content: nil)
        #expect(size.content(rate: nil) == 200_000)
    }

    @Test("is of a link that is worth no thorough compressing from 1 MB/s on, where the rate allows as much")
    func fastLink() {
        var size = FrameSize()
        #expect(!size.isLinkFast(rate: nil))
        size.sent(1 << 20, in: 1_200_000_000, length: 1 << 20, content: 1 << 20)
        #expect(!size.isLinkFast(rate: nil))
        size.sent(1 << 20, in: 800_000_000, length: 1 << 20, content: 1 << 20)
        #expect(size.isLinkFast(rate: nil))
        #expect(size.isLinkFast(rate: 2_000_000))
        #expect(!size.isLinkFast(rate: 500_000))
    }
}
