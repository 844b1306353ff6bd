import Synchronization

/// How many of a school's reports become records, which stay in the packs for good: an honest school has news a few times
/// a day, and another one cannot fill the store with what no commit accounts for. In memory: a store that is started anew
/// gives it anew.
final class ReportAllowance: Sendable {
    static let recordsADay = 24
    private static let day: Int64 = 86_400_000

    private struct Use {
        var day: Int64
        var records = 0
    }

    private let uses = Mutex<[Int64: Use]>([:])

    /// - Parameter at: milliseconds since 1970.
    /// - Returns: whether one more may be a record.
    func take(_ school: Int64, at: Int64) -> Bool {
        uses.withLock { uses in
            var use = uses[school] ?? Use(day: at / Self.day)
            if use.day != at / Self.day { use = Use(day: at / Self.day) }
            guard use.records < Self.recordsADay else { return false }
            use.records += 1
            uses[school] = use
            return true
        }
    }
}
