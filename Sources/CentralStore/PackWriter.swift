import Content

/// Appends to the open pack, seals it when it is long enough, and begins the next. One owner: the `Journal`.
///
/// What is appended is in the history only after `sync`. An append that fails is cut away again; if even that fails, or
/// if a sync fails, the pack is abandoned at its last durable byte, which the next pack's header tells.
struct PackWriter {
    private let storage: any PackStorage
    private let directory: PackDirectory
    private let packBytes: UInt64
    private var open: OpenPack?
    /// Where the history ends before the open pack, or before the next; what its header says.
    private var last: PackPosition
    /// The highest number that any pack has.
    private var highest: UInt64
    /// A pack that was made, but whose header could not be written.
    private var headerless: PackID?

    struct OpenPack {
        let id: PackID
        let number: UInt64
        var length: UInt64
        /// How much of it the last successful sync covered.
        var durable: UInt64
        var index: [PackIndexEntry]
    }

    /// - Parameter open: the pack that recovery found unsealed and durable, if any.
    init(
        _ storage: any PackStorage, _ directory: PackDirectory, packBytes: UInt64, open: OpenPack?,
        last: PackPosition, highest: UInt64
    ) {
        self.storage = storage
        self.directory = directory
        self.packBytes = packBytes
        self.open = open
        self.last = last
        self.highest = highest
    }

    /// Appends items, all into one pack. They count after the next `sync`.
    /// - Returns: where each begins.
    mutating func append(_ items: [(kind: PackItemKind, bytes: [UInt8])]) throws -> [PackPosition] {
        if let open, open.length >= packBytes { try seal() }
        if open == nil { try begin() }
        guard var pack = open else { throw StoreError(.storage, "there is no pack to write to") }
        var positions: [PackPosition] = []
        for item in items {
            positions.append(PackPosition(pack: pack.number, offset: pack.length))
            pack.index.append(
                PackIndexEntry(offset: pack.length, length: UInt32(item.bytes.count), kind: item.kind))
            try write(item.bytes, at: pack.length)
            pack.length += UInt64(item.bytes.count)
        }
        open = pack
        return positions
    }

    /// Makes everything appended durable, and moves the history's end behind it.
    mutating func sync() throws {
        guard var pack = open, pack.durable < pack.length else { return }
        do { try storage.sync(pack.id) } catch {
            abandon()
            throw error
        }
        pack.durable = pack.length
        open = pack
        directory.set(.init(id: pack.id, number: pack.number, end: pack.durable))
    }

    private mutating func begin() throws {
        let id = headerless ?? PackID.random()
        if headerless == nil { try storage.create(id) }
        headerless = id
        let header = PackHeader(number: highest + 1, previous: last).encoded()
        do { try storage.append(header, to: id, at: 0) } catch {
            // A pack without a whole header holds nothing; the next attempt writes its header again.
            try? storage.truncate(id, to: 0)
            throw error
        }
        headerless = nil
        highest += 1
        open = OpenPack(id: id, number: highest, length: UInt64(header.count), durable: 0, index: [])
    }

    private mutating func seal() throws {
        guard var pack = open else { return }
        let footer = PackItem.framed(.footer, PackIndexEntry.encoded(pack.index))
        var bytes = footer + PackFormat.sealMagic
        bytes.append(littleEndian: pack.length)
        try write(bytes, at: pack.length)
        pack.length += UInt64(bytes.count)
        open = pack
        try sync()
        open = nil
        last = PackPosition(pack: pack.number, offset: pack.length)
    }

    /// Writes into the open pack; after a failure, everything is cut away again that was written since the last return
    /// of `append`.
    private mutating func write(_ bytes: [UInt8], at offset: UInt64) throws {
        guard let pack = open else { return }
        do { try storage.append(bytes, to: pack.id, at: offset) } catch {
            do { try storage.truncate(pack.id, to: pack.length) } catch { abandon() }
            throw error
        }
    }

    /// Never touches the open pack again.
    private mutating func abandon() {
        guard let pack = open else { return }
        // Only so that nobody reads what does not count; the next header says it in any case.
        try? storage.truncate(pack.id, to: pack.durable)
        open = nil
        if pack.durable > 0 { last = PackPosition(pack: pack.number, offset: pack.durable) }
    }
}
