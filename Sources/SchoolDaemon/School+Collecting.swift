import Collecting
import Glibc
import LevelTree
import Staging
import Terminal

/// What a collection came to, dataset by dataset.
public struct CollectionReport: Sendable {
    public var datasets: [DatasetReport]
    /// What a person should know beside the datasets: a clock that is not believed, a source that is not mounted.
    public var warnings: [CollectionWarning]
    public var exitStatus: ExitStatus
    /// Whether something was filed whose year was not known before.
    var hasFiled = false

    /// Whether there is something new to send.
    var hasNews: Bool {
        hasFiled || datasets.contains { if case .published = $0.ending { true } else { !$0.remade.isEmpty } }
    }
}

extension School {
    /// One pass: every dataset that is not switched off, or those that a person named.
    ///
    /// Durable dataset by dataset; what one of them ran into is in the report, never thrown.
    ///
    /// - Parameter settled: datasets whose files are whole, however new they are.
    public func collect(
        _ datasets: [Dataset]?, as identity: SchoolIdentity, into staging: Staging, settled: Set<Dataset> = [],
        observer: @escaping @Sendable (CollectionPass.Event) -> Void
    ) async throws -> CollectionReport {
        var warnings = missingSources().map { CollectionWarning(.source, $0) }
        if let notice = try notice ?? standing().warning { warnings.append(CollectionWarning(.identity, notice)) }
        let held = Set(try staging.heldGenerations().map(\.sequence))
        warnings += try settle(staging).map { CollectionWarning(.state, $0.message) }
        let moment = try moment(staging)
        if let warning = moment.warning(in: zone) {
            warnings.append(CollectionWarning(.clock, warning, topic: moment.topic))
        }
        let sources = try MirrorSources(self, identity, staging)
        warnings += sources.warnings(settings.source).map { CollectionWarning(.source, $0) }
        let reports = await pass(identity, staging, sources, settled).run(datasets, observer: observer)
        // What was given up is no outcome.
        try Task.checkCancellation()
        var status = ExitStatus(collecting: reports)
        if !missingSources().isEmpty, status == .ok { status = .partial }
        warnings += [remember(sources), record(reports)].compactMap { $0 }.map { CollectionWarning(.state, $0) }
        warnings += reports.flatMap(\.endedYearWarnings)
        let relieved = staging.takeRelieved()
        if !relieved.isEmpty { warnings.append(CollectionWarning(relieved: relieved)) }
        let hasFiled = try !held.isSubset(of: staging.heldGenerations().map(\.sequence))
        return CollectionReport(datasets: reports, warnings: warnings, exitStatus: status, hasFiled: hasFiled)
    }

    /// What the collectors are told at a moment.
    func context(_ moment: CollectionMoment, _ identity: SchoolIdentity) -> CollectionContext {
        var context = CollectionContext(
            sources: settings.source, identity: identity, now: moment.now, isClockTrusted: moment.isTrusted,
            timeZone: zone, scratch: scratch, containerCache: containerCache)
        context.machineNow = moment.machineNow
        context.year = moment.year
        context.held = moment.isTrusted ? nil : HeldMoment(bootID: moment.bootID, bootSeconds: moment.bootSeconds)
        context.clockNote = moment.skew.flatMap { skew in
            abs(skew) < CollectionMoment.notableSkew
                ? nil
                : "The clock of this server is \(CollectionMoment.skewText(skew)) the store's, whose time this is."
        }
        return context
    }

    /// The same, with what staging knows: what collectors remember, and how much may be written.
    private func context(
        _ moment: CollectionMoment, _ identity: SchoolIdentity, _ staging: Staging, _ dataset: Dataset
    ) -> CollectionContext {
        var context = context(moment, identity)
        context.memory = { dataset throws(CollectingProblem) in
            do {
                return try staging.memory(of: dataset)
            } catch {
                throw CollectingProblem(
                    .noMemory,
                    "what the last collection of \(dataset) came to cannot be read, without which the same would be taken "
                        + "twice: \(error)")
            }
        }
        recall(in: &context) { (try? staging.currentGenerations()) ?? [] }
        let tree = (try? identity.levelTwo(moment.year)).map { "\(staging.directory)/tree/\($0)" }
        context.stagedTime = { dataset, name in
            guard let tree, let path = try? dataset.levelPath(of: name) else { return nil }
            return School.time(of: "\(tree)/\(path)")
        }
        context.room = { (try? staging.room(for: dataset)) ?? 0 }
        context.timeout = { settings.settings(for: $0).timeout }
        context.excluded = { settings.settings(for: $0).exclude }
        return context
    }

    private static func time(of path: String) -> FileTime? {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return nil }
        return FileTime(facts.st_mtim)
    }

    /// Where collectors make temporary folders; what is left there when staging is opened is removed.
    var scratch: String { files.directory + "/scratch" }

    /// Where what lies only inside the container is kept between passes.
    var containerCache: String { files.directory + "/container" }

    /// The folder that holds all a server has: without it, that most datasets are absent is no news but a fault.
    func missingSources() -> [String] {
        var status = stat()
        guard stat(settings.source.data, &status) != 0, errno == ENOENT else { return [] }
        return [
            "there is no \(settings.source.data), where the platform keeps its data: mount its disk, or set data under "
                + "[source]"
        ]
    }

    private func pass(
        _ identity: SchoolIdentity, _ staging: Staging, _ sources: MirrorSources, _ settled: Set<Dataset>
    ) -> CollectionPass {
        let container = Container(
            name: settings.source.container, command: settings.source.docker, programs: SubprocessRunner(),
            outageLasts: .seconds(10))
        return CollectionPass(
            settings: settings, collectors: Collectors.all,
            context: { moment, dataset in
                var context = context(moment, identity, staging, dataset)
                context.container = container
                context.settled = settled
                return context
            },
            moment: {
                // It gets on, with one dataset after the other.
                watch?.gotOn()
                try settle(staging)
                return try moment(staging)
            },
            bootSeconds: clock.bootSeconds,
            standing: { dataset in
                (try? staging.currentGenerations())?.filter { $0.dataset == dataset }.max { $0.sequence < $1.sequence }
            },
            stage: { dataset, gathering, moment, progress in
                try inTurn {
                    try progress(CollectionProgress())
                    guard try mayStage(gathering, of: moment, staging) else { throw TimeLearned() }
                    // An upload that was told the time meanwhile has left this to us, whatever comes of the pass. What is
                    // wrong with one that cannot be filed is told by the next collection.
                    defer { _ = try? settleInTurn(staging) }
                    return try staging.collect(
                        dataset, year: moment.year, gathering: gathering, clock: moment.clock,
                        disbelief: sources.disbelief(dataset), progress: progress)
                }
            })
    }

    /// Whether what was gathered belongs to the year that it was gathered for, as far as is known by now. What was
    /// gathered by a memory has to be gathered again once the time is known: that may have gone with what was filed.
    private func mayStage(_ gathering: Gathering, of moment: CollectionMoment, _ staging: Staging) throws -> Bool {
        let now = try self.moment(staging)
        guard now.isTrusted else { return true }
        guard moment.isTrusted else { return gathering.memory == nil }
        return try zone.year(of: now.now + (moment.bootSeconds - now.bootSeconds)) == moment.year
    }

    /// Keeps which roots are disks of their own. - Returns: what is wrong if that cannot be written.
    private func remember(_ sources: MirrorSources) -> String? {
        shared.alone {
            let before = MountPoints.load(from: files)
            let now = before.updated(settings.source, doubted: Set(sources.doubts.keys))
            guard now != before else { return nil }
            do {
                try now.save(to: files)
                return nil
            } catch {
                return "which sources are disks of their own cannot be remembered: \(error)"
            }
        }
    }

    /// Keeps what `status` tells of it later. - Returns: what is wrong if that cannot be written.
    private func record(_ reports: [DatasetReport]) -> String? {
        shared.alone {
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
}
