import Glibc
import Staging
import Synchronization

/// The room for files that are made one after another, beside staging. It counts them against its budget only once it takes
/// them in, so that what was made so far is counted here.
struct MadeRoom: Sendable {
    /// The least that was ever allowed in all. What staging leaves to small collections it tells anew each time, and what
    /// is made here may be large.
    private final class Bound: Sendable {
        private let most: Mutex<UInt64>
        init(_ bytes: UInt64) { most = Mutex(bytes) }

        func lowered(to bytes: UInt64) -> UInt64 {
            most.withLock { most in
                most = min(most, bytes)
                return most
            }
        }
    }

    private let left: @Sendable () -> UInt64
    private let bound: Bound
    private var made: UInt64 = 0

    init(_ context: CollectionContext) { self.init(context.room) }

    /// - Parameters:
    ///   - room: how many bytes may be written for staging now.
    ///   - whole: how large all of the dataset is, where that is known. What is large by that is so in each of its parts, and
    ///     is given nothing of what is left to small collections.
    init(_ room: @escaping @Sendable () -> UInt64, forAllOf whole: UInt64 = 0) {
        left = {
            let left = room()
            return whole > Staging.smallCollection && left <= Staging.smallCollection ? 0 : left
        }
        bound = Bound(left())
    }

    /// How many more bytes may be written to the next file.
    var now: UInt64 { ask()(0) }

    /// For the next file: how many more bytes may be written to it, by how many were. What others write meanwhile counts,
    /// too.
    func ask() -> @Sendable (Int64) -> UInt64 {
        { [left, bound, made] written in
            let taken = made.addingReportingOverflow(UInt64(clamping: written))
            guard !taken.overflow else { return 0 }
            let now = taken.partialValue.addingReportingOverflow(left())
            let most = bound.lowered(to: now.overflow ? .max : now.partialValue)
            return most > taken.partialValue ? most - taken.partialValue : 0
        }
    }

    /// This file was made.
    mutating func took(_ file: Int32) {
        var facts = stat()
        if fstat(file, &facts) == 0 { made += UInt64(clamping: facts.st_size) }
    }
}
