import Synchronization

/// Which pack has which number, and how far each counts.
final class PackDirectory: Sendable {
    struct Extent: Hashable, Sendable {
        let id: PackID
        let number: UInt64
        /// How many of its bytes belong to the history.
        var end: UInt64
    }

    private let extents = Mutex<[UInt64: Extent]>([:])

    /// Adds a pack, or moves the end of one.
    func set(_ extent: Extent) { extents.withLock { $0[extent.number] = extent } }

    /// - Throws: `StoreError` with code `damaged` for a number that no pack has.
    func extent(_ number: UInt64) throws -> Extent {
        guard let extent = extents.withLock({ $0[number] }) else {
            throw StoreError(.damaged, "there is no pack number \(number) in the store; run clix-store verify --all")
        }
        return extent
    }

    /// All packs from a number on, in their order.
    func extents(from number: UInt64 = 0) -> [Extent] {
        extents.withLock { $0.values.filter { $0.number >= number } }.sorted { $0.number < $1.number }
    }
}
