import Glibc

/// The room for files that are made in a temporary folder, one after another. Staging counts them against its budget only
/// once it takes them in, so that what was made so far is counted here.
struct MadeRoom: Sendable {
    private let left: @Sendable () -> UInt64
    private let atStart: UInt64
    private var made: UInt64 = 0

    init(_ context: CollectionContext) {
        left = context.room
        atStart = left()
    }

    /// For the next file: how many more bytes may be written to it, by how many were. What others write meanwhile counts,
    /// too.
    func ask() -> @Sendable (Int64) -> UInt64 {
        { [left, atStart, made] written in
            let taken = made.addingReportingOverflow(UInt64(clamping: written))
            guard !taken.overflow, taken.partialValue < atStart else { return 0 }
            return min(left(), atStart - taken.partialValue)
        }
    }

    /// This file was made.
    mutating func took(_ file: Int32) {
        var facts = stat()
        if fstat(file, &facts) == 0 { made += UInt64(clamping: facts.st_size) }
    }
}
