import Dispatch
import LevelTree
import Staging
import Uploading
import Wire

extension School {
    /// Sends what is staged and not yet acknowledged, or of these datasets only, and a report if it says anything new.
    ///
    /// Never throws for the store or the link: what went wrong is in the report.
    /// - Parameter isAsked: a person wants it now, also outside of the windows.
    /// - Throws: `UploadError` (`.unconfigured`) if no address of a store is known.
    public func upload(
        _ datasets: [Dataset]?, from staging: Staging, isAsked: Bool = false,
        progress: @escaping @Sendable (UploadEvent) -> Void
    ) async throws -> UploadReport {
        let settings = settings
        let gate = UploadGate(self, isAsked: isAsked)
        let note = UploadNote(in: files, clock: clock)
        var options = Uploader.Options(
            store: try storeAddress(), proxy: try proxy(), rate: { gate.rate() },
            priority: { settings.priority(of: $0) }, report: { try report(from: staging) },
            learn: {
                try learn(storeSeconds: $0, at: $1, staging)
                note.begin()
            })
        options.manners = gate.manners
        if let watch { options.moved = { watch.gotOn() } }
        let uploader = Uploader(staging: staging, files: files, options: options)
        let ended = await uploader.upload(datasets) {
            watch?.gotOn()
            note.note($0)
            if case .ended(let entry) = $0 { sent?(entry) }
            progress($0)
        }
        gate.end()
        LastUpload.note(ended, at: clock.now().seconds * 1000, in: files)
        note.end()
        return ended
    }

    /// What the store should know of this school beside its datasets.
    func report(from staging: Staging) throws -> Report {
        let now = clock.now()
        return Report(
            version: Release.version, freeBytes: try staging.diskUse().free,
            clock: now.seconds * 1000 + Int64(now.nanoseconds / 1_000_000),
            errors: collectionErrors(of: staging.identity, try staging.currentGenerations()))
    }

    /// Makes this machine an installation at a store; repeating it after a lost answer is safe.
    ///
    /// - Parameter store: `[store] url` if nil.
    /// - Throws: `UploadError`.
    public func enroll(
        code: EnrolmentCode, store: String?, as identity: SchoolIdentity, staging: Staging
    ) async throws -> Enrolment.Result {
        try await Enrolment.enroll(
            code: code, store: try store ?? storeAddress(), identity: identity, staging: staging, files: files,
            proxy: try proxy())
    }

    /// The proxy with its password, else what the configuration says; nil: what the environment says.
    /// - Throws: `UploadError`.
    private func proxy() throws(UploadError) -> String? { try ProxyCredential.ours.address() ?? settings.upload.proxy }

    /// Where the store is: what the configuration says, else where this machine enrolled.
    func storeAddress() throws -> String {
        if let store = settings.store { return store.text }
        if let installation = try Installation.load(from: files) { return installation.store }
        throw UploadError(
            .unconfigured,
            "no store is known: set url under [store], or enrol with clix-collectd enroll --store https://…")
    }

    /// Asks the store for its greeting, which proves link, certificate and token; sends nothing else.
    /// - Throws: `UploadError` or `TransferFailure`.
    func greetStore(_ installation: Installation) async throws -> Hello {
        let settings = SessionSettings(
            address: try storeAddress(), trust: .authority(installation.authority), token: installation.token.text,
            proxy: try proxy(), connectTimeout: 10, patience: 10)
        return try await withCheckedThrowingContinuation { continuation in
            // A session blocks its caller, so it has a thread of its own.
            DispatchQueue(label: "clix-collect.check").async {
                continuation.resume(with: Result { try School.greeting(settings) })
            }
        }
    }

    private static func greeting(_ settings: SessionSettings) throws -> Hello {
        let answer = try StoreSession(settings).exchange(StoreRequest(.get, "/v1/hello"))
        if answer.status == 200, let hello = try? WireCoding.decode(Hello.self, from: answer.body) { return hello }
        if let problem = try? WireCoding.decode(Problem.self, from: answer.body) {
            let isRefusal = problem.type == .unauthorized || problem.type == .revoked
            throw UploadError(isRefusal ? .revoked : .busy, "the store says: \(problem.detail)")
        }
        throw UploadError(
            .unexpectedAnswer, "\(settings.address) does not answer as a store does; check url under [store]")
    }
}
