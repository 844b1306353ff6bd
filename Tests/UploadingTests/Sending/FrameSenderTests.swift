import Content
import Testing

@testable import Uploading

/// What single frames teach about the link, by a clock that the test moves.
@Suite("Frames fit the link")
struct FrameSenderTests {
    /// A link on which each byte of a body takes its time.
    private final class SlowLink: StoreTransport {
        let store: FakeStore
        var bytesPerSecond: Double
        var seconds = 0.0

        init(_ store: FakeStore, bytesPerSecond: Double) {
            self.store = store
            self.bytesPerSecond = bytesPerSecond
        }

        var wireBytes: WireBytes { store.wireBytes }

        func exchange(_ request: StoreRequest) throws(TransferFailure) -> StoreAnswer {
            let before = store.frameBytes
            defer { seconds += Double(store.frameBytes - before) / bytesPerSecond }
            return try store.exchange(request)
        }
    }

    private struct Scene {
        let school: TestSchool
        let link: SlowLink
        let sender: FrameSender

        init(bytesPerSecond: Double, rate: UInt64? = nil) throws {
            school = try TestSchool()
            let link = SlowLink(school.store, bytesPerSecond: bytesPerSecond)
            self.link = link
            sender = FrameSender(
                staging: school.staging,
                conversation: StoreConversation(
                    transport: link, policy: RetryPolicy(jitter: { 1 }), stop: StopSignal(), rate: { rate },
                    now: { UInt64(link.seconds * 1e9) }, wait: { link.seconds += $0 }))
        }

        /// A frame whose content does not compress.
        func send(_ length: Int, seed: UInt64 = 1) throws {
            let content = TestSchool.noise(length, seed: seed)
            let body = try content.withUnsafeBytes {
                try FrameEncoder().encode(
                    content: $0, chunkLengths: [length], base: [], baseContent: nil, level: 1)
            }
            let frame = FrameBuilder.Frame(
                id: ChunkID(hashing: body), body: body, chunks: [ChunkID(hashing: content)], hasBase: false)
            #expect(try sender.send(frame, content: length))
        }
    }

    @Test("on a fast link they are the largest from the second on")
    func fast() throws {
        let scene = try Scene(bytesPerSecond: 2e6)
        #expect(scene.sender.content == 256 << 10)
        #expect(!scene.sender.isLinkFast)
        try scene.send(256 << 10)
        #expect(scene.sender.content == 1 << 20)
        #expect(scene.sender.isLinkFast)
    }

    @Test("at 64 kbit/s they are the smallest, and the largest again when it is fast")
    func slow() throws {
        let scene = try Scene(bytesPerSecond: 8000)
        try scene.send(256 << 10)
        #expect(scene.sender.content == 128 << 10)
        #expect(!scene.sender.isLinkFast)
        scene.link.bytesPerSecond = 1e6
        try scene.send(128 << 10, seed: 2)
        #expect(scene.sender.content == 1 << 20)
    }

    @Test("a link that breaks in the middle is slow until it is back")
    func cut() throws {
        let scene = try Scene(bytesPerSecond: 1e6)
        try scene.send(256 << 10)
        scene.school.store.fault = { request, number in
            if request.method == .head { return number < 4 ? .unreachable : nil }
            return number == 1 ? .cut(after: 100_000) : nil
        }
        try scene.send(256 << 10, seed: 2)
        #expect((2.9...4.1).contains(scene.link.seconds), "half a second, one, two: \(scene.link.seconds)")
        #expect((500_000...700_000).contains(scene.sender.content), "\(scene.sender.content)")
        scene.school.store.fault = { _, _ in nil }
        try scene.send(256 << 10, seed: 3)
        #expect(scene.sender.content == 1 << 20)
    }

    @Test("the time that the store asks to wait is not the link's")
    func busy() throws {
        let scene = try Scene(bytesPerSecond: 1e6)
        scene.school.store.fault = { _, number in
            number == 0 ? .answer(StoreAnswer(status: 503, headers: ["retry-after": "25"])) : nil
        }
        try scene.send(256 << 10)
        #expect(scene.link.seconds > 25)
        #expect(scene.sender.content == 1 << 20)
    }

    @Test("a frame of an earlier run is judged by the rest that it lacked")
    func leftover() throws {
        let scene = try Scene(bytesPerSecond: 20_000)
        scene.school.store.fault = { _, number in number == 0 ? .cut(after: 200_000) : .power }
        #expect(throws: (any Error).self) { try scene.send(400_000) }
        scene.school.store.fault = { _, _ in nil }
        try scene.sender.sendLeftovers()
        #expect((158_000...162_000).contains(scene.sender.content), "\(scene.sender.content)")
    }

    @Test("where a rate is allowed they fit it from the first on")
    func shaped() throws {
        #expect(try Scene(bytesPerSecond: 1e6, rate: 10_000).sender.content == 128 << 10)
        let scene = try Scene(bytesPerSecond: 1e6, rate: 50_000)
        try scene.send(256 << 10)
        #expect(scene.sender.content == 400_000)
    }

    @Test("a run makes them so")
    func run() async throws {
        for (rate, fit) in [(nil, [256 << 10, 1 << 20]), (10_000, [128 << 10])] as [(UInt64?, [Int])] {
            let school = try TestSchool()
            // Cut small, as what compresses is; 50 to 58 % of it are left then.
            try school.collect("db", ["big": TestSchool.text(4 << 20, seed: 1)])
            let store = school.store
            var options = Uploader.Options(store: "https://store.example.org", rate: { rate })
            options.retry.attempts = 1
            let report = await Uploader(
                staging: school.staging, files: school.files, options: options,
                surroundings: Surroundings(connect: { _ in store }, wait: { _, _ in })
            ).upload()
            #expect(report.committed == ["db"])
            // The last holds what is left. A frame is as full as whole chunks make it.
            let frames = store.requests.filter { $0.method == .patch }.map { $0.body?.count ?? 0 }.dropLast()
            for (index, length) in frames.enumerated() {
                let most = fit[min(index, fit.count - 1)]
                #expect(((most - (128 << 10)) / 2...most * 6 / 10).contains(length), "\(frames)")
            }
        }
    }
}
