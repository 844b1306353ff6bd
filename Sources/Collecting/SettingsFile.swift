import LevelTree
import Staging

/// One of the platform's settings files: the original in the code tree, on the host or, where the host has none, inside
/// the container; else the platform's hourly copy.
struct SettingsFile: Sendable {
    let dataset: Dataset

    func locate(_ context: CollectionContext) -> Location {
        var location = Place.file(context.sources.settingsFile(dataset.name), as: .fixed(dataset.name))
        guard isInside(context) else { return location }
        let inside = inside(context)
        location.inside = [inside.text]
        location.look = InsideLook(source: inside)
        location.mayBeMade = true
        return location
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let location = locate(context)
        guard isInside(context) else { return try location.checkedGathering() }
        let inside = inside(context)
        let refresh = await inside.refresh()
        if refresh.isListed, refresh.trouble == nil, refresh.missing.isEmpty, inside.isCached {
            return Gathering(parts: [inside.part])
        }
        guard let absence = location.absence else { return try location.checkedGathering() }
        guard inside.isCached else { throw inside.absent(absence, refresh) }
        var gathering = Gathering(parts: [inside.part])
        inside.add(refresh, to: &gathering)
        return gathering
    }

    /// Whether the host has no code tree at all, as on the installations of 2017.
    private func isInside(_ context: CollectionContext) -> Bool {
        Place.look(at: SourcePlace(root: context.sources.code), for: .folder) == .absent
    }

    private func inside(_ context: CollectionContext) -> InsideSource {
        InsideSource(dataset, inside: context.containerPaths.settings, only: dataset.name, context)
    }
}
