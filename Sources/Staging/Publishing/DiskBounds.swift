/// Who may still write when room gets scarce. Pure: figures of the disk in, what is lacking out.
///
/// What is large stops first: a heartbeat, the settings, a day's few log lines are what somebody wants to see of a school
/// whose disk is full. So a last share of the budget, and of the disk, is theirs alone; and they may use half of the reserve.
struct DiskBounds: Hashable, Sendable {
    /// Which bound is reached.
    enum Limit: Hashable, Sendable { case budget, reserve }

    struct Lack: Hashable, Sendable {
        let limit: Limit
        /// So much more room is needed, in bytes.
        let bytes: UInt64
        /// Whether only what is large has to stop.
        let isOfLarge: Bool
    }

    let budget: UInt64
    let keepFree: UInt64
    /// What the large leave to the small ones.
    let share: UInt64
    /// The largest draft that counts as a small one.
    let small: UInt64

    /// - Parameter disk: how large it is.
    init(budget: UInt64, keepFree: UInt64, disk: UInt64) {
        self.budget = budget
        self.keepFree = keepFree
        share = min(budget / 20, disk / 20, 512 << 20)
        small = min(share, Staging.smallCollection)
    }

    /// Whoever asks may use all that there is.
    private init() { (budget, keepFree, share, small) = (.max, 0, 0, .max) }
    static let none = DiskBounds()

    /// Whether a draft of this size may not be so large, now; nil: it may.
    ///
    /// - Parameters:
    ///   - draft: what it takes, with what is written next.
    ///   - next: what of it is not on the disk yet.
    ///   - used: what staging takes without it.
    ///   - sparesReserve: whether also a small one is to leave the whole reserve.
    func lack(draft: UInt64, next: UInt64, used: UInt64, free: UInt64, sparesReserve: Bool) -> Lack? {
        let isLarge = draft > small
        let reserve = isLarge ? reserveOfLarge : sparesReserve ? keepFree : keepFree / 2
        let taken = used.saturatingAdding(draft).saturatingAdding(isLarge ? share : 0)
        if taken > budget { return Lack(limit: .budget, bytes: taken - budget, isOfLarge: isLarge) }
        let needed = next.saturatingAdding(reserve)
        return needed > free ? Lack(limit: .reserve, bytes: needed - free, isOfLarge: isLarge) : nil
    }

    /// How large a draft may be that is not begun yet.
    func room(used: UInt64, free: UInt64) -> UInt64 {
        let large = min(budget.less(used).less(share), free.less(reserveOfLarge))
        return large > small ? large : min(small, budget.less(used), free.less(keepFree / 2))
    }

    private var reserveOfLarge: UInt64 { max(keepFree, (keepFree / 2).saturatingAdding(share)) }
}

extension Staging {
    /// No collection that takes more counts as a small one: those may use half of the reserve. In bytes.
    public static let smallCollection: UInt64 = 4 << 20
}

extension UInt64 {
    fileprivate func less(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }

    fileprivate func saturatingAdding(_ other: UInt64) -> UInt64 {
        let sum = addingReportingOverflow(other)
        return sum.overflow ? .max : sum.partialValue
    }
}
