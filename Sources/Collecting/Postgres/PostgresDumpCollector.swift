import Glibc
import LevelTree
import Staging

/// `postgres-dump`: the users. `pg_dump_all.sql` is dumped in the platform's container; where that cannot be done, the
/// platform's own hourly dump is taken if it is whole and newer than the last one that was made here, and it is said how old
/// it is. Older dumps that lie in its folder are taken as they are.
///
/// `pg_dump_all.sql` beside that folder is the factory's, the same on every server, and is never taken.
struct PostgresDumpCollector: Collector {
    let dataset = Dataset.of("postgres-dump")
    private static let name = RelativePath.fixed("pg_dump_all.sql")

    private func place(_ context: CollectionContext) -> SourcePlace { context.sources.inData(dataset.name) }

    func locate(_ context: CollectionContext) -> Location {
        var location = Place.folder([place(context)])
        location.mayBeMade = true
        location.notes = [
            "pg_dump_all.sql is dumped in the container \(context.container.name) by pg_dumpall; where that cannot be done, "
                + "the platform's own hourly dump is taken, if it is whole and newer"
        ]
        return location
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        switch await context.container.state() {
        case .problem(let problem):
            return try await found(context, because: problem.message, isForNow: problem.mayPass)
        case .running: break
        }
        do throws(CollectingProblem) {
            return try await dumped(context)
        } catch {
            // On the first days, something is better than nothing; later on, the last good one stands.
            guard context.lastComplete(dataset) == nil, !Task.isCancelled,
                let found = try? await found(context, because: error.message, isForNow: true),
                found.parts.contains(where: Self.isDump)
            else { throw error }
            return found
        }
    }

    private func dumped(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        try await context.withScratch { scratch throws(CollectingProblem) in
            let dump = try await ClusterDump.make(context, in: scratch)
            var gathering = Gathering(parts: [.made(dump, as: PostgresDumpCollector.name)])
            let others = Place.folder([place(context)], include: PostgresDumpCollector.othersVerdict)
            if others.problem == nil, others.absence == nil { gathering.parts += others.gathering.parts }
            gathering.memory = try half(context).forgotten()
            return gathering
        }
    }

    private static func isDump(_ part: Gathering.Part) -> Bool {
        if case .file(_, name) = part { true } else { false }
    }

    /// Nothing can be running in a container that cannot be asked.
    private func half(_ context: CollectionContext) -> HalfSets { HalfSets(dataset, writers: [], context) }

    /// What the platform's own job left.
    private func found(
        _ context: CollectionContext, because reason: String, isForNow: Bool
    ) async throws(CollectingProblem) -> Gathering {
        let location = Place.folder([place(context)], include: PostgresDumpCollector.othersVerdict)
        if let absence = location.absence {
            throw CollectingProblem(
                .absent, "\(absence), and none could be dumped: \(reason)", isForNow: isForNow)
        }
        var gathering = try location.checkedGathering()
        gathering.isForNow = isForNow
        let dump = context.sources.inData("\(dataset)/\(PostgresDumpCollector.name)")
        let file: Int32
        do throws(SourceProblem) {
            file = try dump.openDescriptor(.file)
        } catch {
            // First, or the folder's own walk would leave a link out in its name.
            gathering.parts.insert(
                .missed(
                    PostgresDumpCollector.name, reason: "\(error.message), and none could be made: \(reason)"),
                at: 0)
            return gathering
        }
        defer { close(file) }
        let settled = try await half(context).settled(
            Gathering(parts: [.file(at: dump, as: PostgresDumpCollector.name)]))
        gathering.memory = settled.memory
        if case .waiting? = settled.parts.first {
            gathering.parts += settled.parts
        } else if ClusterDump.isWhole(file) {
            take(dump, ofTime: time(of: file), context, because: reason, into: &gathering)
        } else {
            gathering.parts.append(
                .missed(
                    PostgresDumpCollector.name,
                    reason:
                        "lacks its end, as after a power cut or in the middle of being written, and none could be made: "
                        + reason))
        }
        return gathering
    }

    private func take(
        _ dump: SourcePlace, ofTime time: FileTime?, _ context: CollectionContext, because reason: String,
        into gathering: inout Gathering
    ) {
        let name = PostgresDumpCollector.name
        let day = time.map { "of \(context.timeZone.local($0).dateText)" } ?? "of an unknown time"
        if let last = context.stagedTime(dataset, name), time.map({ $0 < last }) ?? true {
            gathering.parts.insert(
                .missed(
                    name,
                    reason:
                        "the platform's own is \(day), older than the one that is staged, which stands; a new one "
                        + "could not be made: \(reason)"), at: 0)
        } else {
            gathering.parts.insert(.file(at: dump, as: name), at: 0)
            gathering.skipped.append(
                Shortfall(
                    path: "\(name)", reason: SubstituteDump.reason(because: reason, day: day)))
        }
    }

    private func time(of file: Int32) -> FileTime? {
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return nil }
        return FileTime(facts.st_mtim)
    }

    @Sendable private static func othersVerdict(_ path: RelativePath) -> SourceVerdict {
        path == name ? .skip : NeverCollected.fileVerdictWithKeys(path)
    }
}
