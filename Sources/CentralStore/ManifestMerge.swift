import Content
import LevelTree

/// Walks a new manifest beside its parent's, both in their order.
///
/// What the parent alone has comes as `kept`: it stays where a dataset accumulates, and is gone from a mirror. Where a
/// file of the one is a folder of the other, the newer counts and the parent's entry comes not at all.
struct ManifestMerge {
    enum Step {
        /// An entry of the new manifest, and what the parent has under the same path.
        case new(ManifestEntry, parent: ManifestEntry?)
        /// An entry that the parent alone has.
        case kept(ManifestEntry)
    }

    private var new: ManifestReader
    private var parent: ManifestReader?
    private var nextNew: ManifestEntry?
    private var nextParent: ManifestEntry?
    private var lastNew: RelativePath?
    private var hasBegun = false

    init(_ new: ManifestReader, over parent: ManifestReader?) {
        self.new = new
        self.parent = parent
    }

    /// - Throws: what the readers throw; a failure of the parent's is `StoreError` with code `damaged`.
    mutating func next() throws -> Step? {
        if !hasBegun {
            hasBegun = true
            try advanceNew()
            try advanceParent()
        }
        while let old = nextParent {
            if let fresh = nextNew, fresh.path <= old.path { break }
            try advanceParent()
            if let folder = lastNew, old.path.isInside(folder) { continue }
            if let fresh = nextNew, fresh.path.isInside(old.path) { continue }
            return .kept(old)
        }
        guard let fresh = nextNew else { return nil }
        let old = nextParent.flatMap { $0.path == fresh.path ? $0 : nil }
        if old != nil { try advanceParent() }
        lastNew = fresh.path
        try advanceNew()
        return .new(fresh, parent: old)
    }

    private mutating func advanceNew() throws { nextNew = try new.next() }

    private mutating func advanceParent() throws {
        do { nextParent = try parent?.next() } catch let error as StoreError { throw error } catch {
            throw StoreError(.damaged, "the parent's manifest cannot be read: \(error); run clix-store verify --all")
        }
    }
}
