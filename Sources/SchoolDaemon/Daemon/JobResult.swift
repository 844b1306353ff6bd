import Collecting
import LevelTree
import Settings
import Staging
import Uploading

/// What a job came to, for the schedule and for the journal.
struct JobResult: Sendable {
    /// What is wrong: worth the attention of a person.
    struct Trouble: Sendable, Hashable {
        /// A line for a person: what failed, why, and what to do.
        var sentence: String
        /// What is missing, by name; the last that a script said.
        var details: [String] = []
        /// What makes it the same trouble when it comes again: the reasons, without what changes from pass to pass.
        var topic: String
        var cause: CommonCause?
    }

    /// What was done, where a person would care.
    struct News: Sendable, Hashable {
        var sentence: String
        var generation: Generation
    }

    var ending: Schedule.Ending
    /// Whether there is something new to send.
    var hasNews = false
    var news: News?
    var trouble: Trouble?
    /// What a person should know beside it; nil where nobody has looked.
    var warnings: [CollectionWarning]?
}

/// What an upload came to.
struct UploadResult: Sendable {
    var report: UploadReport
    var isCancelled: Bool
}

extension School {
    /// Does a job. What it ran into is in the result.
    func perform(_ job: Job) async -> JobResult {
        let school = await askingContainer()
        do {
            switch job {
            case .collect(let dataset): return try await school.collect(dataset)
            case .run(let script): return try await school.runIfWanted(script)
            }
        } catch {
            if Task.isCancelled { return JobResult(ending: .cancelled) }
            // A person is at work beside the daemon: no failure, only not now.
            if (error as? StagingError)?.code == .busy || (error as? ScriptProblem)?.code == .busy {
                return JobResult(ending: .early)
            }
            return JobResult(ending: .failed, trouble: school.trouble(job, error))
        }
    }

    /// As `upload`, for a daemon: what could not even begin is in the report as well.
    func sendAll() async -> UploadResult {
        var report: UploadReport
        do {
            let school = await askingContainer()
            report = try await school.upload(nil, from: school.openStaging(school.identityToSend())) { _ in }
        } catch {
            report = UploadReport()
            let isBusy = (error as? StagingError)?.code == .busy
            report.stopped = error as? UploadError ?? UploadError(isBusy ? .busy : .staging, "\(error)")
        }
        return UploadResult(report: report, isCancelled: Task.isCancelled)
    }

    private func collect(_ dataset: Dataset) async throws -> JobResult {
        let school = try toCollect()
        let identity = try school.identity()
        let report = try await school.collect([dataset], as: identity, into: school.openStaging(identity)) { _ in }
        return school.result(report, identity)
    }

    /// The platform's own cron may make the same: then there is nothing to do for us, unless a person has said so.
    private func runIfWanted(_ script: DerivedScript) async throws -> JobResult {
        let identity = try toCollect().identity()
        if use(of: script) == .whereNobodyElse {
            // Where that cannot be told now, it may be soon: the container of a machine that was just switched on.
            guard let cron = await PlatformCron.read(lookingContext(identity)) else { return JobResult(ending: .early) }
            if cron.scripts.contains(script) { return JobResult(ending: .notNeeded) }
        }
        return result(try await runScript(script) { _ in }, identity)
    }

    private func result(_ report: CollectionReport, _ identity: SchoolIdentity) -> JobResult {
        var result = JobResult(ending: .done, hasNews: report.hasNews, warnings: report.warnings)
        for dataset in report.datasets {
            if case .published(let generation) = dataset.ending, dataset.isGood {
                result.news = JobResult.News(sentence: dataset.sentence, generation: generation)
            }
            if dataset.jobEnding != .done { result.ending = dataset.jobEnding }
            if !dataset.isGood { result.trouble = trouble(dataset, identity) }
        }
        return result
    }

    /// What a person's collection is to the jobs whose work it has done.
    func results(_ report: CollectionReport, _ identity: SchoolIdentity) -> [(job: Job, result: JobResult)] {
        report.datasets.map { dataset in
            var single = report
            single.datasets = [dataset]
            return (.collect(dataset.dataset), result(single, identity))
        }
    }

    private func trouble(_ report: DatasetReport, _ identity: SchoolIdentity) -> JobResult.Trouble {
        let (reasons, details) = (report.reasons, report.shortfallLines)
        var trouble = JobResult.Trouble(
            sentence: report.sentence, details: details,
            topic: (details.isEmpty ? reasons : details).joined(separator: "\n"))
        if case .failed(_, .diskFull) = report.ending {
            // The figures in it differ from one to the next; that there is no room is one thing.
            trouble.cause = CommonCause(subject: .disk, sentence: report.sentence, topic: "", jobs: allJobs)
        } else {
            trouble.cause = containerCause(of: reasons, identity)
        }
        return trouble
    }

    private func trouble(_ job: Job, _ error: any Error) -> JobResult.Trouble {
        let lines = FailureText.sentences(of: error)
        var trouble = JobResult.Trouble(
            sentence: "\(job.name): \(lines[0])", details: Array(lines.dropFirst()),
            topic: lines.joined(separator: "\n"))
        switch job {
        case .collect:
            // What befalls one dataset is in a report; this befalls each of them.
            trouble.cause = CommonCause(
                subject: .school, sentence: "nothing is collected: \(lines[0])", topic: trouble.topic, jobs: allJobs)
        case .run:
            if let identity = try? identity() { trouble.cause = containerCause(of: [lines[0]], identity) }
        }
        return trouble
    }

    private var allJobs: Set<Job> { Set(settings.enabledDatasets.map(Job.collect)) }
}

extension DatasetReport {
    /// Why it is not whole, without what differs from pass to pass.
    fileprivate var reasons: [String] {
        switch ending {
        case .published, .unchanged: shortfalls.map(\.reason)
        case .held(let reason), .failed(let reason, _): [reason]
        case .absent, .waiting: []
        }
    }
}
