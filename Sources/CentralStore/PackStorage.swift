/// Where packs lie: files now, a bucket later. Every implementation passes the same contract suite
/// (`Tests/CentralStoreTests/Core/PackStorageContract.swift`).
///
/// A pack has one writer. Failures are `StoreError`: `storeFull` where space is lacking, else `storage`, and `damaged`
/// for a read beyond a pack's end.
public protocol PackStorage: Sendable {
    /// All packs, in any order.
    func list() throws -> [PackID]

    /// Makes an empty pack that can be appended to. A pack of that name must not exist.
    func create(_ pack: PackID) throws

    /// Writes at the pack's end, which is at `offset`. After a failure, a part of `bytes` may have been written.
    func append(_ bytes: [UInt8], to pack: PackID, at offset: UInt64) throws

    /// Cuts a pack to `length` bytes.
    func truncate(_ pack: PackID, to length: UInt64) throws

    /// Makes everything durable that was appended, and the pack's name. After a failure nothing is known of what was
    /// appended since the last success, and asking again would not tell: the pack is never appended to again.
    func sync(_ pack: PackID) throws

    func length(of pack: PackID) throws -> UInt64

    /// Exactly `count` bytes from `offset`.
    func read(_ pack: PackID, at offset: UInt64, count: Int) throws -> [UInt8]

    /// Removes a pack that never got a whole header, and so never held anything.
    func discardHeaderless(_ pack: PackID) throws

    /// Lets go of what is held open. Using the storage again opens it again.
    func close()
}
