import Collecting
import Glibc
import LevelTree
import Staging
import Terminal

/// What a collection came to, dataset by dataset.
public struct CollectionReport: Sendable {
    public var datasets: [DatasetReport]
    /// What a person should know beside the datasets: a clock that is not believed, a source that is not mounted.
    public var warnings: [String]
    public var exitStatus: ExitStatus
}

extension School {
    /// One pass: every dataset that is not switched off, or those that a person named.
    ///
    /// Durable dataset by dataset; what one of them ran into is in the report, never thrown.
    public func collect(
        _ datasets: [Dataset]?, as identity: SchoolIdentity, into staging: Staging,
        observer: @escaping @Sendable (CollectionPass.Event) -> Void
    ) async throws -> CollectionReport {
        var warnings = missingSources()
        if let warning = try knownIdentity().warning { warnings.append(warning) }
        if let warning = try moment(staging).warning(in: zone) { warnings.append(warning) }
        let reports = await pass(identity, staging).run(datasets, observer: observer)
        var status = ExitStatus(collecting: reports)
        if !missingSources().isEmpty, status == .ok { status = .partial }
        if let warning = record(reports) { warnings.append(warning) }
        return CollectionReport(datasets: reports, warnings: warnings, exitStatus: status)
    }

    /// What the collectors are told at a moment.
    func context(_ moment: CollectionMoment, _ identity: SchoolIdentity) -> CollectionContext {
        CollectionContext(
            sources: settings.source, identity: identity, now: moment.now, isClockTrusted: moment.isTrusted,
            timeZone: zone)
    }

    /// The folder that holds all a server has: without it, that most datasets are absent is no news but a fault.
    func missingSources() -> [String] {
        var status = stat()
        guard stat(settings.source.data, &status) != 0, errno == ENOENT else { return [] }
        return [
            "there is no \(settings.source.data), where the platform keeps its data: mount its disk, or set data under "
                + "[source]"
        ]
    }

    private func pass(_ identity: SchoolIdentity, _ staging: Staging) -> CollectionPass {
        CollectionPass(
            settings: settings, collectors: Collectors.all,
            context: { context($0, identity) },
            moment: { try moment(staging) },
            bootSeconds: clock.bootSeconds,
            standing: { dataset in
                (try? staging.currentGenerations())?.filter { $0.dataset == dataset }.max { $0.sequence < $1.sequence }
            },
            stage: { dataset, gathering, moment, progress in
                try staging.collect(
                    dataset, year: moment.year, gathering: gathering, clock: moment.clock, progress: progress)
            })
    }

    /// Keeps what `status` tells of it later. - Returns: what is wrong if that cannot be written.
    private func record(_ reports: [DatasetReport]) -> String? {
        var record = CollectionRecord.load(from: files)
        let now = clock.now()
        for report in reports { record.note(report, at: now.seconds * 1000) }
        do {
            try record.save(to: files)
            return nil
        } catch {
            return "what this collection came to cannot be kept for status: \(error)"
        }
    }
}
