import LevelTree
import Staging

/// `system-heartbeat`: one made at each collection, and those that the platform's own script has left.
struct HeartbeatCollector: Collector {
    let dataset = Dataset.heartbeat

    func locate(_ context: CollectionContext) -> Location {
        var location = Place.folder([context.sources.inData(dataset.name)])
        // A server without earlier ones still has a heartbeat.
        if location.absence != nil { location.gathering.parts = [] }
        location.absence = nil
        location.notes = ["one is made at each collection"]
        return location
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        var gathering = locate(context).gathering
        let heartbeat = Heartbeat(context: context)
        let text = await heartbeat.make()
        // First, so that an older file can never stand in the place of this moment's.
        gathering.parts.insert(.text(text, as: heartbeat.name, mode: 0o644, modified: context.now), at: 0)
        return gathering
    }
}
