import LevelTree
import Staging

/// A dataset's folder, or its one file, that the installations of 2017 have only inside the container.
struct InsideSource: Sendable {
    let dataset: Dataset
    let folder: ContainerFolder
    private let context: CollectionContext

    /// - Parameters:
    ///   - inside: the folder's path in the container.
    ///   - only: the one file of it that is wanted.
    init(_ dataset: Dataset, inside: String, only: String? = nil, _ context: CollectionContext) {
        self.dataset = dataset
        self.context = context
        // A dataset of one file has a folder of its own in the cache, too.
        let cache = ContainerCache(folder: "\(context.containerCache)/\(dataset)")
        let excluded = context.excluded(dataset)
        folder = ContainerFolder(
            container: context.container, inside: inside, only: only, cache: cache,
            leavesOut: { excluded.matches($0) })
    }

    /// Where it is, for people.
    var text: String {
        "in the container \(folder.container.name), \(folder.inside)" + (folder.only.map { "/\($0)" } ?? "")
    }

    /// Where what was fetched lies.
    var place: SourcePlace { SourcePlace(root: context.containerCache, below: .fixed(dataset.name)) }

    /// What the cache has, as the dataset's first part.
    var part: Gathering.Part {
        guard let only = folder.only, let file = place.appending(Array(only.utf8)) else {
            return .folder(
                SourceFolder(place, include: NeverCollected.fileVerdict, enter: NeverCollected.folderVerdict))
        }
        return .file(at: file, as: .fixed(only))
    }

    var isCached: Bool { !folder.cache.isEmpty }

    func refresh() async -> ContainerFolder.Refresh {
        await folder.refresh(scratch: context.scratch, room: context.room)
    }

    /// What is inside, as far as it can be had now; where nothing of it ever could, what the host has.
    ///
    /// - Parameters:
    ///   - location: what the host has, and what is looked for inside; nothing where the host has it all.
    ///   - others: adds the parts that come behind what is inside.
    ///   - isCopyAll: whether the host has no less than the container, wherever it has any.
    func gather(
        _ location: Location, isCopyAll: Bool = false, others: (Gathering) -> Gathering = { $0 }
    ) async throws(CollectingProblem) -> Gathering {
        guard !location.inside.isEmpty else { return try location.checkedGathering() }
        let refresh = await refresh()
        if refresh.isListed || isCached {
            var gathering = others(Gathering(parts: [part]))
            add(refresh, to: &gathering)
            return gathering
        }
        if let absence = location.absence { throw absent(absence, refresh) }
        var gathering = try location.checkedGathering()
        if !isCopyAll, refresh.problem?.meansNothingThere != true { add(refresh, to: &gathering) }
        return gathering
    }

    /// That it is in neither place.
    /// - Parameter absence: of the host, as a clause.
    func absent(_ absence: String, _ refresh: ContainerFolder.Refresh) -> CollectingProblem {
        CollectingProblem(
            .absent, "\(absence), and \(text) cannot be read: \(sentence(refresh.trouble ?? "it is not there"))",
            isForNow: refresh.isForNow)
    }

    /// A problem's sentence, for reports.
    func sentence(_ text: String) -> String { context.masking().apply(to: text) }

    /// The most files that are missed by name; each costs a look at every other file's name.
    private static let mostMissed = 200

    /// Adds what a refresh could not bring. Behind all other parts, since one of them may have it.
    func add(_ refresh: ContainerFolder.Refresh, to gathering: inout Gathering) {
        var stale: [Shortfall] = []
        var missed: [Gathering.Part] = []
        for (path, reason) in refresh.missing {
            if folder.cache.holds(path) {
                stale.append(Shortfall(path: "\(path)", reason: "as it was before: \(sentence(reason))"))
            } else {
                missed.append(.missed(path, reason: sentence(reason)))
            }
        }
        gathering.parts += missed.prefix(Self.mostMissed)
        gathering.shortfalls += stale
        gathering.isForNow = refresh.isForNow
        gathering.skipped += refresh.skipped.map { Shortfall(path: "\($0.path)", reason: $0.reason) }
        if missed.count > Self.mostMissed {
            gathering.shortfalls.append(
                Shortfall(path: "", reason: "\(missed.count - Self.mostMissed) more files are still to be fetched"))
        }
        if let trouble = refresh.trouble {
            gathering.shortfalls.append(
                Shortfall(path: "", reason: "not all was fetched from \(self.text): \(sentence(trouble))"))
        }
    }
}

extension ContainerProblem {
    /// There is no such container here, or no such folder in it: then nothing of the kind is missed.
    var meansNothingThere: Bool {
        switch code {
        case .commandMissing, .missing: true
        case .failed: String(decoding: errorText, as: UTF8.self).contains("No such file or directory")
        default: false
        }
    }
}
