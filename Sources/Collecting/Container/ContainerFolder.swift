import LevelTree

/// A folder that can only be seen inside the container, and the cache in which its files are kept here, so that
/// everything behind treats it as a folder of this machine.
///
/// Only what is new or changed there, by size and time, is fetched. A fetch that is cut has fetched so much; the next one
/// goes on.
struct ContainerFolder: Sendable {
    let container: Container
    /// Absolute, in there.
    let inside: String
    /// The one file of it that is wanted; nil for all.
    var only: String?
    let cache: ContainerCache
    /// What is not wanted of it, by its path in the folder: neither fetched nor kept.
    var leavesOut: @Sendable (RelativePath) -> Bool = { _ in false }

    /// What a refresh came to.
    struct Refresh: Sendable {
        /// Whether the container told what there is; if not, the cache is as it was.
        var isListed = false
        /// Why the cache may not be all of what is there, as a clause; nil if it is.
        var trouble: String?
        /// Why nothing could be asked.
        var problem: ContainerProblem?
        /// Whether it was not fetched to the end, though single files could be had.
        var isCut = false
        /// Files that could not be fetched, and why. Of those that the cache has, it has an earlier state.
        var missing: [(path: RelativePath, reason: String)] = []
        /// What is left out: symlinks, and what is no file.
        var skipped: [(path: RelativePath, reason: String)] = []

        /// Whether more of it may be had soon.
        var isForNow: Bool { problem.map { $0.mayPass && !$0.meansNothingThere } ?? isCut }
    }

    /// - Parameters:
    ///   - scratch: where temporary folders are made, on the cache's filesystem.
    ///   - room: how many bytes may be written now.
    func refresh(scratch: String, room: @escaping @Sendable () -> UInt64) async -> Refresh {
        var refresh = Refresh()
        let listing: ContainerListing
        do throws(ContainerProblem) {
            listing = try await list()
        } catch {
            refresh.problem = error
            refresh.trouble = error.message
            return refresh
        }
        do throws(CollectingProblem) {
            try cache.make()
            refresh.isListed = true
            refresh.skipped = listing.skipped
            let files = listing.files.filter { !leavesOut($0.path) }
            cache.keepOnly(Set(files.map(\.path)))
            let whole = files.reduce(UInt64(0)) { $0 + UInt64(clamping: $1.size) }
            var fetch = try ContainerFetch(self, scratch: scratch, room: MadeRoom(room, forAllOf: whole))
            defer { fetch.incoming.remove() }
            await fetch.run(files.filter { !cache.isCurrent($0) })
            refresh.missing = fetch.missing
            refresh.trouble = fetch.stop
            refresh.isCut = fetch.isCut
        } catch {
            refresh.trouble = error.message
        }
        if listing.unusableNames > 0 {
            refresh.trouble = "\(listing.unusableNames) files in \(inside) have paths that are too long"
        }
        return refresh
    }

    /// One bounded look at the names, sizes and times in there; fetches nothing.
    /// - Throws: `ContainerProblem`.
    func list() async throws(ContainerProblem) -> ContainerListing {
        let program = ContainerProgram(
            ContainerListing.command(inside, only: only).map { Array($0.utf8) }, output: .memory(limit: 64 << 20),
            deadline: .seconds(600), isHeavy: true)
        let output = try await container.run(program).output
        do {
            return try ContainerListing(output)
        } catch {
            throw ContainerProblem(
                .failed(status: 0),
                "\(inside) in the container \(container.name) is not a folder; symlinks are not followed")
        }
    }
}
