import Collecting
import LevelTree
import Settings
import Staging
import Terminal

/// What happens while one of the platform's scripts is run and its results are collected, told as it happens.
public enum ScriptEvent: Sendable {
    case warned(String)
    /// What is being run.
    case began(String)
    /// A sentence about what was run.
    case ended(String)
    case collecting(CollectionPass.Event)
}

/// Whether the daemon runs one of the platform's scripts.
enum ScriptUse: Sendable, Hashable {
    case always
    /// Only where the platform's own cron does not.
    case whereNobodyElse
    case never
}

extension School {
    /// What the configuration says, and what holds where it says nothing: who gives a script a time wants it; and by
    /// progress tables the centre tells on which days a server was on.
    func use(of script: DerivedScript) -> ScriptUse {
        let own = settings.settings(for: script)
        if let isEnabled = own.isEnabled { return isEnabled ? .always : .never }
        return own.schedule != nil || script == .progress ? .whereNobodyElse : .never
    }

    /// Runs one of the platform's scripts in its container now, and then collects what it has made.
    ///
    /// Where the script fails, nothing is collected; what it has made until then is for the next collection.
    /// - Parameter user: of `activityTimestamps`; nil for every user.
    /// - Throws: `ScriptProblem`; `CollectingProblem` if who the school is cannot be told; `StagingError` where the results
    ///   cannot be staged now.
    public func runScript(
        _ script: DerivedScript, user: PlatformUser? = nil, observer: @escaping @Sendable (ScriptEvent) -> Void
    ) async throws -> CollectionReport {
        let school = try toCollect()
        let identity = try school.identity()
        // The machine's, whoever it is taken for.
        let lock = try SoleLock.script(in: files)
        defer { withExtendedLifetime(lock) {} }
        let context = school.lookingContext(identity)
        let run = ScriptRun(context)
        let name = run.name(of: script, user: user)
        if let warning = await clash(script, context) { observer(.warned(warning)) }
        observer(.began("running \(name) in the container \(settings.source.container)"))
        let start = clock.bootSeconds()
        try await run.run(script, user: user, timeout: settings.settings(for: script).timeout)
        let time = DurationText.short(.seconds(clock.bootSeconds() - start))
        observer(.ended("\(name) has made its \(script.product) (\(time))"))
        return try await school.collect(results: script.dataset, of: name, identity) { observer(.collecting($0)) }
    }

    /// What to say to a person who runs in the minutes of the platform's own jobs what one of these does.
    private func clash(_ script: DerivedScript, _ context: CollectionContext) async -> String? {
        let minute = zone.local(context.now).minute
        guard PlatformCron.busyMinutes.contains(minute),
            let cron = await PlatformCron.read(context), cron.scripts.contains(script)
        else { return nil }
        return
            "the platform's own cron makes \(script.product) too, between minutes :00 and :25 of each hour, with other "
            + "heavy jobs; this run goes on, but is slow and slows the lessons: better wait until then"
    }

    private func collect(
        results dataset: Dataset, of name: String, _ identity: SchoolIdentity,
        observer: @escaping @Sendable (CollectionPass.Event) -> Void
    ) async throws -> CollectionReport {
        let staging: Staging
        do {
            staging = try openStaging(identity)
        } catch let error as StagingError where error.code == .busy {
            throw StagingError(
                .busy, "\(name) has ended well; what it made is collected by the next collection, as \(error.message)")
        }
        return try await collect([dataset], as: identity, into: staging, settled: [dataset], observer: observer)
    }
}
