import Collecting
import LevelTree
import Settings
import Staging
import Terminal
import Uploading

/// What a job came to, for the schedule and for the journal.
struct JobResult: Sendable {
    var ending: Schedule.Ending
    /// Whether there is something new to send.
    var hasNews = false
    /// One line for a person: what was done, or what is wrong; nil where nobody would care.
    var sentence: String?
    /// What is missing, by name.
    var details: [String] = []
    /// What a person should know beside it: a clock that is not believed, a disk that is not mounted.
    var warnings: [String] = []
    /// Worth the attention of a person.
    var isTrouble = false
}

/// What an upload came to.
struct UploadResult: Sendable {
    var report: UploadReport
    var isCancelled: Bool
}

extension School {
    /// Does a job. What it ran into is in the result.
    func perform(_ job: Job) async -> JobResult {
        do {
            switch job {
            case .collect(let dataset): return try await askingContainer().collect(dataset)
            case .run(let script): return try await askingContainer().runIfWanted(script)
            }
        } catch {
            if Task.isCancelled { return JobResult(ending: .cancelled) }
            // A person is at work beside the daemon: no failure, only not now.
            if (error as? StagingError)?.code == .busy || (error as? ScriptProblem)?.code == .busy {
                return JobResult(ending: .early)
            }
            let lines = FailureText.sentences(of: error)
            return JobResult(
                ending: .failed, sentence: "\(job.name): \(lines[0])", details: Array(lines.dropFirst()),
                isTrouble: true)
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
        return JobResult(report)
    }

    /// The platform's own cron may make the same: then there is nothing to do for us, unless a person has said so.
    private func runIfWanted(_ script: DerivedScript) async throws -> JobResult {
        if settings.settings(for: script).isEnabled == nil {
            let context = lookingContext(try toCollect().identity())
            guard let cron = await PlatformCron.read(context) else { return JobResult(ending: .early) }
            if cron.scripts.contains(script) { return JobResult(ending: .done) }
        }
        return JobResult(try await runScript(script) { _ in })
    }
}

extension JobResult {
    fileprivate init(_ report: CollectionReport) {
        self.init(ending: .done, warnings: report.warnings)
        for dataset in report.datasets {
            switch dataset.ending {
            case .published: hasNews = true
            case .unchanged, .absent, .held: break
            case .waiting: ending = .early
            case .failed: ending = .failed
            }
            if !dataset.isGood {
                (sentence, details, isTrouble) = (dataset.sentence, dataset.shortfallLines, true)
            } else if case .published = dataset.ending {
                sentence = dataset.sentence
            }
        }
    }
}
