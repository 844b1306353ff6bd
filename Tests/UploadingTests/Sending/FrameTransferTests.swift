import Testing

@testable import Uploading

struct FrameTransferTests {
    @Test func `a fresh frame goes straight to its first byte`() {
        var transfer = FrameTransfer(length: 1000, isFresh: true)
        #expect(transfer.next == .send(from: 0))
        let result = transfer.after(.kept)
        #expect(result == (.kept, true))
    }

    @Test func `a frame of an earlier run asks first`() {
        var transfer = FrameTransfer(length: 1000, isFresh: false)
        #expect(transfer.next == .ask)
        let result = transfer.after(.offset(400, isComplete: false))
        #expect(result == (.goOn, true))
        #expect(transfer.next == .send(from: 400))
    }

    @Test func `after a cut it goes on from where the store is, not from where it was sent`() {
        var transfer = FrameTransfer(length: 1000, isFresh: true)
        _ = transfer.after(.broken)
        #expect(transfer.next == .ask)
        _ = transfer.after(.offset(300, isComplete: false))
        #expect(transfer.next == .send(from: 300))
        _ = transfer.after(.broken)
        let same = transfer.after(.offset(300, isComplete: false))
        // Nothing new arrived: that is no progress, or a dead link would be tried for ever.
        #expect(same == (.goOn, false))
        #expect(transfer.next == .send(from: 300))
    }

    @Test func `a frame the store never saw starts at its beginning`() {
        var transfer = FrameTransfer(length: 1000, isFresh: false)
        let result = transfer.after(.unknown)
        #expect(result == (.goOn, false))
        #expect(transfer.next == .send(from: 0))
    }

    @Test func `an answer that was lost is found by asking`() {
        var transfer = FrameTransfer(length: 1000, isFresh: true)
        _ = transfer.after(.broken)
        let result = transfer.after(.offset(1000, isComplete: true))
        #expect(result == (.kept, true))
    }

    @Test func `all bytes there but not verified is ended by an empty last part`() {
        var transfer = FrameTransfer(length: 1000, isFresh: false)
        _ = transfer.after(.offset(1000, isComplete: false))
        #expect(transfer.next == .send(from: 1000))
    }

    @Test func `the offset in a refusal is taken without asking once more`() {
        var transfer = FrameTransfer(length: 1000, isFresh: true)
        _ = transfer.after(.offset(700, isComplete: false))
        #expect(transfer.next == .send(from: 700))
    }

    @Test func `one mismatch is sent again, a second makes the frame anew`() {
        var transfer = FrameTransfer(length: 1000, isFresh: true)
        let first = transfer.after(.mismatch)
        #expect(first == (.goOn, false))
        #expect(transfer.next == .ask)
        _ = transfer.after(.unknown)
        let second = transfer.after(.mismatch)
        #expect(second == (.rebuild, false))
    }

    @Test func `a base that is gone makes the frame anew at once`() {
        var transfer = FrameTransfer(length: 1000, isFresh: true)
        let result = transfer.after(.baseGone)
        #expect(result == (.rebuild, false))
    }

    @Test(arguments: [-1, 1001])
    func `an offset outside the frame is a mismatch`(offset: Int) {
        var transfer = FrameTransfer(length: 1000, isFresh: false)
        _ = transfer.after(.offset(offset, isComplete: false))
        let again = transfer.after(.offset(offset, isComplete: false))
        #expect(again == (.rebuild, false))
    }

    @Test func `a store that names the same offset for ever does not keep the school busy for ever`() {
        var transfer = FrameTransfer(length: 1000, isFresh: true)
        var steps = 0
        while transfer.after(.offset(10, isComplete: false)).ending == .goOn, steps < 1000 { steps += 1 }
        #expect(steps <= FrameTransfer.mostCorrections + 1)
    }
}
