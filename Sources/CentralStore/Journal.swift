import Content
import Glibc
import Synchronization

/// Makes things durable: into the open pack, fsynced, then into the catalog, in one order for all. The only writer of
/// both.
///
/// What waits together shares one fsync of each: whoever gets hold of the keeper takes everything that waits by then.
final class Journal: Sendable {
    private let waiting = Mutex<[Submission]>([])
    private let keeper: Mutex<Keeper>
    private let isBehind: CatalogLag

    init(_ keeper: consuming sending Keeper) {
        isBehind = keeper.isBehind
        self.keeper = Mutex(keeper)
    }

    /// Returns when items and facts are durable in packs and catalog.
    ///
    /// A `storeFull` before the pack has changed nothing. After any other failure the items may come into force later,
    /// so whoever is refused must be able to ask the same again.
    func keep(_ items: [PackItem], facts: [PassingFact] = []) throws { try keep(Submission(items, facts: facts)) }

    func keep(_ submission: Submission) throws {
        waiting.withLock { $0.append(submission) }
        keeper.withLock { keeper in
            guard submission.result == nil else { return }
            let batch = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            keeper.keep(batch)
        }
        try submission.result?.get()
    }

    /// Brings the catalog up to date with the packs after it failed: a decision must not be taken on what it says then.
    func settle() throws {
        guard isBehind.value else { return }
        try keeper.withLock { try $0.settle() }
    }
}

/// Whether the packs hold durable items that the catalog failed to take. Written by the keeper alone.
final class CatalogLag: Sendable {
    private let flag = Atomic(false)

    var value: Bool {
        get { flag.load(ordering: .acquiring) }
        set { flag.store(newValue, ordering: .releasing) }
    }
}

/// One caller's items.
final class Submission: Sendable {
    let items: [PackItem]
    let encoded: [(kind: PackItemKind, bytes: [UInt8])]
    let facts: [PassingFact]
    private let outcome = Mutex<Result<Void, any Error>?>(nil)

    init(_ items: [PackItem], facts: [PassingFact] = []) throws {
        encoded = try items.map { (kind: $0.kind, bytes: try $0.encoded()) }
        // The catalog does not look into blocks, and their content needs to be held once only.
        self.items = items.map(\.withoutContent)
        self.facts = facts
    }

    var result: Result<Void, any Error>? { outcome.withLock { $0 } }
    func end(_ result: Result<Void, any Error>) { outcome.withLock { $0 = result } }
}

/// The open pack and the catalog's writing side, held by one caller at a time.
struct Keeper {
    private var writer: PackWriter
    private let storage: any PackStorage
    private let directory: PackDirectory
    private let catalog: Catalog
    private let suspectMark: String
    let isBehind = CatalogLag()
    /// Why nothing is written any more until the store is opened anew.
    private var end: StoreError?

    /// - Parameter suspectMark: the file to make when the catalog can be trusted no more.
    init(
        writer: PackWriter, storage: any PackStorage, directory: PackDirectory, catalog: Catalog, suspectMark: String
    ) {
        self.suspectMark = suspectMark
        self.writer = writer
        self.storage = storage
        self.directory = directory
        self.catalog = catalog
    }

    /// Ends every submission of the batch, each with its own result.
    mutating func keep(_ batch: [Submission]) {
        do {
            try attempt(batch)
            for submission in batch { submission.end(.success(())) }
        } catch let error as StoreError where error.code == .storeFull && batch.count > 1 && !isBehind.value {
            // What is too big for the space that is left must not take the small ones with it.
            for submission in batch { keep([submission]) }
        } catch {
            for submission in batch { submission.end(.failure(error)) }
        }
    }

    mutating func settle() throws {
        guard isBehind.value else { return }
        if let end { throw end }
        try CatchUp(storage: storage, directory: directory, catalog: catalog).run()
        isBehind.value = false
    }

    private mutating func attempt(_ batch: [Submission]) throws {
        try settle()
        let encoded = batch.flatMap(\.encoded)
        let items = batch.flatMap(\.items)
        let positions = encoded.isEmpty ? [] : try writer.append(encoded)
        try writer.sync()
        let placed = zip(items, zip(positions, encoded)).map { item, place in
            PlacedItem(item: item, position: place.0, length: place.1.bytes.count)
        }
        var packs: [UInt64: PackID] = [:]
        if let pack = positions.first?.pack { packs[pack] = try directory.extent(pack).id }
        do {
            try catalog.apply(placed, packs: packs, facts: batch.flatMap(\.facts))
        } catch let error as StoreError where error.code == .notDurable {
            // What the kernel dropped may look written. The next opening starts from the packs.
            isBehind.value = true
            end = error
            if let mark = try? OpenFile(suspectMark, flags: O_WRONLY | O_CREAT) { try? mark.sync() }
            throw error
        } catch {
            isBehind.value = isBehind.value || !placed.isEmpty
            throw error
        }
    }
}
