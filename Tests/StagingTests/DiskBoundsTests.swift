import Testing

@testable import Staging

@Suite("Where room gets scarce")
struct DiskBoundsTests {
    private let mega: UInt64 = 1 << 20
    private let giga: UInt64 = 1 << 30
    /// As by default, on a disk of 500 GB.
    private let usual = DiskBounds(budget: 40 << 30, keepFree: 10 << 30, disk: 500 << 30)

    private func lack(
        _ draft: UInt64, used: UInt64 = 0, free: UInt64 = 1 << 40, sparesReserve: Bool = false
    ) -> DiskBounds.Lack? {
        usual.lack(draft: draft, next: draft, used: used, free: free, sparesReserve: sparesReserve)
    }

    @Test func `the larger a collection, the earlier it stops; what is small goes on to the end of the budget`() {
        let drafts = [8 << 10, 4 * mega, 50 * mega, giga, 8 * giga]
        func going(_ left: UInt64) -> Int { drafts.count { lack($0, used: 40 * giga - left) == nil } }
        #expect(going(9 * giga) == 5)
        #expect(going(8 * giga) == 4)
        #expect(going(2 * giga) == 4)
        #expect(going(giga) == 3)
        #expect(going(512 * mega + 50 * mega) == 3)
        #expect(going(512 * mega) == 2)
        #expect(going(4 * mega) == 2)
        #expect(going(8 << 10) == 1)
        #expect(going(0) == 0)
        #expect(
            lack(giga, used: 39 * giga) == DiskBounds.Lack(limit: .budget, bytes: 512 * mega, isOfLarge: true))
    }

    @Test func `large collections leave the whole reserve, small ones half of it, and that only in the end`() {
        #expect(lack(giga, free: 11 * giga) == nil)
        #expect(
            lack(giga, free: 11 * giga - 1) == DiskBounds.Lack(limit: .reserve, bytes: 1, isOfLarge: true))
        #expect(lack(mega, free: 5 * giga + mega) == nil)
        #expect(lack(mega, free: 5 * giga) == DiskBounds.Lack(limit: .reserve, bytes: mega, isOfLarge: false))
        #expect(lack(mega, free: 10 * giga, sparesReserve: true)?.bytes == mega)
        #expect(lack(mega, free: 10 * giga + mega, sparesReserve: true) == nil)
    }

    @Test func `on a small disk, with hardly a reserve, a share is left for the small ones too`() {
        let bounds = DiskBounds(budget: 40 << 30, keepFree: mega, disk: 60 * mega)
        #expect(bounds.share == 3 * mega)
        #expect(bounds.small == 3 * mega)
        func lacks(_ draft: UInt64, free: UInt64) -> Bool {
            bounds.lack(draft: draft, next: draft, used: 0, free: free, sparesReserve: false) != nil
        }
        #expect(!lacks(20 * mega, free: 24 * mega))
        #expect(lacks(20 * mega, free: 23 * mega))
        #expect(!lacks(mega, free: 2 * mega))
        #expect(lacks(mega, free: mega))
    }

    @Test func `the room that is told is what may be taken, and no more`() {
        for left in [0, 8 << 10, 3 * mega, 4 * mega, 512 * mega, 513 * mega, 520 * mega, 3 * giga, 40 * giga] {
            for free in [0, 5 * giga, 5 * giga + mega, 10 * giga, 10 * giga + 6 * mega, 12 * giga, 100 * giga] {
                let (used, note) = (40 * giga - left, "\(left) \(free)")
                let room = usual.room(used: used, free: free)
                if room > 0 { #expect(lack(room, used: used, free: free) == nil, "\(note)") }
                #expect(lack(room + 1, used: used, free: free) != nil, "\(note)")
            }
        }
    }

    @Test func `nothing bounds what is only moved but the disk itself`() {
        func lack(_ next: UInt64) -> DiskBounds.Lack? {
            DiskBounds.none.lack(draft: next, next: next, used: 1 << 60, free: giga, sparesReserve: true)
        }
        #expect(lack(giga) == nil)
        #expect(lack(giga + 1)?.limit == .reserve)
    }
}
