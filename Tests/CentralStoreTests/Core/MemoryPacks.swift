import Glibc
import Synchronization

@testable import CentralStore

/// Packs in memory, with the faults that a store must survive:
///
/// - `fillUp(after:)`: the disk is full after so many more bytes; the last append is written in part
/// - `failSync(_:)`: an fsync fails; what was appended since the last one may or may not be on the disk
/// - `failTruncate(_:)`: a cut fails as well
/// - `powerCut(tearing:)`: everything that was not synced is lost, but so many bytes of the tail
/// - `flip(_:at:)`: a bit rots
final class MemoryPacks: PackStorage {
    private struct Pack {
        var bytes: [UInt8] = []
        var synced: Int?
    }

    private struct Read: Hashable {
        let pack: PackID
        let offset: UInt64
        let count: Int
    }

    private struct State {
        var packs: [PackID: Pack] = [:]
        var space: Int?
        var syncFailure: Int32?
        var truncateFails = false
        var syncs = 0
        var reads: [Read: Int] = [:]
    }

    private let state = Mutex(State())

    func fillUp(after bytes: Int?) { state.withLock { $0.space = bytes } }
    func failSync(_ code: Int32?) { state.withLock { $0.syncFailure = code } }
    func failTruncate(_ fails: Bool) { state.withLock { $0.truncateFails = fails } }
    var syncs: Int { state.withLock { $0.syncs } }
    /// How often exactly these bytes were read.
    func reads(_ pack: PackID, at offset: UInt64, count: Int) -> Int {
        state.withLock { $0.reads[Read(pack: pack, offset: offset, count: count)] ?? 0 }
    }
    /// How often anything was read.
    var reads: Int { state.withLock { $0.reads.values.reduce(0, +) } }
    var ids: [PackID] { state.withLock { Array($0.packs.keys) } }
    func bytes(_ pack: PackID) -> [UInt8] { state.withLock { $0.packs[pack]?.bytes ?? [] } }
    func remove(_ pack: PackID) { state.withLock { $0.packs[pack] = nil } }
    func replace(_ pack: PackID, _ bytes: [UInt8]) {
        state.withLock { $0.packs[pack] = Pack(bytes: bytes, synced: bytes.count) }
    }

    func flip(_ pack: PackID, at offset: Int) {
        state.withLock { $0.packs[pack]?.bytes[offset] ^= 1 }
    }

    /// The same packs as they are after a power cut.
    func powerCut(tearing torn: Int = 0) -> MemoryPacks {
        let after = MemoryPacks()
        let packs = state.withLock { state in
            state.packs.compactMapValues { pack -> Pack? in
                guard let synced = pack.synced else {
                    return torn > 0 ? Pack(bytes: Array(pack.bytes.prefix(torn))) : nil
                }
                let bytes = Array(pack.bytes.prefix(synced + torn))
                return Pack(bytes: bytes, synced: bytes.count)
            }
        }
        after.state.withLock { $0.packs = packs }
        return after
    }

    func list() throws -> [PackID] { ids }

    func create(_ pack: PackID) throws {
        try state.withLock { state in
            if state.space == 0 { throw systemError("making a pack", ENOSPC) }
            guard state.packs[pack] == nil else { throw systemError("making a pack", EEXIST) }
            state.packs[pack] = Pack()
        }
    }

    func append(_ bytes: [UInt8], to pack: PackID, at offset: UInt64) throws {
        try state.withLock { state in
            guard var found = state.packs[pack], found.bytes.count == Int(offset) else {
                throw systemError("writing a pack", EINVAL)
            }
            let count = min(bytes.count, state.space ?? bytes.count)
            found.bytes += bytes.prefix(count)
            state.packs[pack] = found
            if let space = state.space { state.space = space - count }
            if count < bytes.count { throw systemError("writing a pack", ENOSPC) }
        }
    }

    func truncate(_ pack: PackID, to length: UInt64) throws {
        try state.withLock { state in
            if state.truncateFails { throw systemError("cutting a pack", EIO) }
            guard var found = state.packs[pack], found.bytes.count >= Int(length) else { return }
            state.space = state.space.map { $0 + found.bytes.count - Int(length) }
            found.bytes.removeSubrange(Int(length)...)
            found.synced = found.synced.map { min($0, Int(length)) }
            state.packs[pack] = found
        }
    }

    func sync(_ pack: PackID) throws {
        try state.withLock { state in
            state.syncs += 1
            if let failure = state.syncFailure { throw systemError("making a pack durable", failure) }
            guard let length = state.packs[pack]?.bytes.count else { return }
            state.packs[pack]?.synced = length
        }
    }

    func length(of pack: PackID) throws -> UInt64 { UInt64(bytes(pack).count) }

    func read(_ pack: PackID, at offset: UInt64, count: Int) throws -> [UInt8] {
        let bytes = bytes(pack)
        state.withLock { $0.reads[Read(pack: pack, offset: offset, count: count), default: 0] += 1 }
        guard Int(offset) + count <= bytes.count else { throw StoreError(.damaged, "a pack ends early") }
        return Array(bytes[Int(offset)..<Int(offset) + count])
    }

    func discardHeaderless(_ pack: PackID) throws { remove(pack) }
    func close() {}
}
