import LevelTree
import Staging

/// `postgres-dump`: the users, as the platform's hourly script dumps them. `pg_dump_all.sql` beside that folder is the
/// factory's, the same on every server, and is not taken.
struct PostgresDumpCollector: Collector {
    let dataset = Dataset.of("postgres-dump")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)])
    }
}
