import Collecting
import LevelTree
import Settings
import Terminal
import Uploading
import Wire

extension SchoolRequest {
    /// As `perform`; what made it impossible is told as well, and is in the outcome.
    func carryOut(on school: School, telling audience: any Audience) async -> RequestOutcome {
        do {
            return try await perform(on: school.askingContainer(), telling: audience)
        } catch {
            audience.end()
            for line in FailureText.lines(of: error) { audience.warn(line) }
            return RequestOutcome(status: ExitStatus(failure: error))
        }
    }

    /// Does it, telling it as a story.
    /// - Parameter school: after its container was asked who the server is.
    /// - Throws: why it could not be done at all; what befell single datasets is told.
    public func perform(on school: School, telling audience: any Audience) async throws -> RequestOutcome {
        switch self {
        case .collect(let datasets): try await Self.collect(datasets, school, audience)
        case .upload(let datasets): try await Self.upload(datasets, school, audience)
        case .runScript(let script, let user): try await Self.run(script, user, school, audience)
        case .enroll(let code, let store, let configuration):
            try await Self.enroll(code, store, configuration, school, audience)
        }
    }

    private static func collect(
        _ datasets: [Dataset]?, _ school: School, _ audience: any Audience
    ) async throws -> RequestOutcome {
        let school = try school.toCollect()
        let identity = try school.identity()
        let staging = try school.openStaging(identity)
        let story = CollectionStory(audience, isNamed: datasets != nil)
        let report = try await school.collect(datasets, as: identity, into: staging) { story.tell($0) }
        story.close(report)
        var outcome = RequestOutcome(report)
        outcome.collected = school.results(report, identity)
        return outcome
    }

    private static func upload(
        _ datasets: [Dataset]?, _ school: School, _ audience: any Audience
    ) async throws -> RequestOutcome {
        let staging = try school.openStaging(try school.identityToSend())
        let story = UploadStory(audience)
        if let verdict = try? school.uploadVerdict(), verdict.hold == .window {
            audience.say("no window of [upload] is open now; this is sent all the same, as a person asks for it")
        }
        let report = try await school.upload(datasets, from: staging, isAsked: true) { story.tell($0) }
        story.close(report)
        return RequestOutcome(
            status: ExitStatus(rawValue: report.exitStatus) ?? .partial, hasReachedStore: report.exitStatus == 0,
            uploaded: report)
    }

    private static func run(
        _ script: DerivedScript, _ user: PlatformUser?, _ school: School, _ audience: any Audience
    ) async throws -> RequestOutcome {
        let story = CollectionStory(audience)
        let report = try await school.runScript(script, user: user) { event in
            switch event {
            case .warned(let warning): audience.warn("warning: \(warning)")
            case .began(let title): audience.begin(title)
            case .ended(let sentence): audience.end(sentence)
            case .collecting(let event): story.tell(event)
            }
        }
        story.close(report)
        return RequestOutcome(report)
    }

    private static func enroll(
        _ code: EnrolmentCode, _ store: String?, _ configuration: String?, _ school: School, _ audience: any Audience
    ) async throws -> RequestOutcome {
        let identity = try school.identityToSend()
        try identity.requireConfigured()
        let staging = try school.openStaging(identity)
        let result = try await school.enroll(code: code, store: store, as: identity, staging: staging)
        let installation = result.installation
        // The folder's name is the store's word.
        try audience.result(
            "\(identity.serverID) is enrolled at \(installation.store) as \(installation.id)"
                + "\(result.wasEnrolled ? " (it was already)" : ""); its folder there is \(installation.directory)")
        if installation.schoolName != identity.schoolName {
            audience.say("the store's operator calls this school \(installation.schoolName)")
        }
        if let configuration {
            audience.say("set url = \"\(installation.store)\" under [store] in \(configuration), for people to see it")
        }
        return RequestOutcome(status: .ok, hasReachedStore: true)
    }
}

extension RequestOutcome {
    fileprivate init(_ report: CollectionReport) {
        status = report.exitStatus
        hasNews = report.hasNews
    }
}
