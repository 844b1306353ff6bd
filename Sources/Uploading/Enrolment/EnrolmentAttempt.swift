import Content
import Crypto
import FoundationEssentials
import LevelTree
import Staging
import Wire

/// One run of `enroll`. Blocks while the network does.
struct EnrolmentAttempt: Sendable {
    let code: EnrolmentCode
    let store: String
    let identity: SchoolIdentity
    let files: InstallationFiles
    let proxy: String?
    let stop: StopSignal
    let surroundings: Surroundings

    func run(staging: Staging) throws -> Enrolment.Result {
        do {
            try requireIdentity()
            try Enrolment.finishInterrupted(staging: staging, files: files)
            try requireSameServer()
            if let installation = try enrolledWithThisCode() {
                return Enrolment.Result(installation: installation, wasEnrolled: true, heads: try staging.heads())
            }
            let authority = try fetchAuthority()
            var record = try begin(authority)
            let answer = try ask(record)
            record.answer = answer
            try files.write(try WireCoding.encode(record), as: .enrolment)
            try Enrolment.putInPlace(record, answer, staging: staging, files: files)
            guard let installation = try Installation.load(from: files) else {
                throw UploadError(.staging, "\(files.directory) does not hold what was just written there")
            }
            return Enrolment.Result(installation: installation, wasEnrolled: false, heads: answer.heads)
        } catch {
            throw UploadError(error, of: "the enrolment")
        }
    }

    private var codeHash: String { EnrolmentCode.hash(ofSecretText: code.secretText).hex }

    private func requireIdentity() throws {
        do {
            try identity.requireConfigured()
        } catch {
            throw UploadError(.unconfigured, error.message)
        }
    }

    /// What is staged here was collected as the enrolled server, and would become another one's history.
    private func requireSameServer() throws {
        guard let enrolled = Installation.serverID(in: files), enrolled != identity.serverID else { return }
        throw UploadError(
            .otherIdentity,
            "this staging directory is that of \(enrolled), which is enrolled, and not \(identity.serverID)'s; set another "
                + "directory under [staging] and run the same command again")
    }

    /// Repeating the command after it has succeeded changes nothing.
    private func enrolledWithThisCode() throws -> Installation? {
        guard let bytes = try files.read(.installation),
            let record = try? WireCoding.decode(InstallationRecord.self, from: bytes), record.codeHash == codeHash
        else { return nil }
        return try Installation.load(from: files)
    }

    /// The store's authority, believed because its key has the fingerprint in the code. No secret is sent for it.
    private func fetchAuthority() throws -> AuthorityCertificate {
        let conversation = try conversation(trust: .unverified)
        let request = StoreRequest(
            .get, "/v1/ca", answerLimit: AuthorityCertificate.largestAnswer, isAuthorized: false)
        guard case .success(let answer) = try conversation.call(request) else {
            throw UploadError(
                .unexpectedAnswer,
                "\(store) does not hand out its certificate authority; is it the store's address, and not the network's "
                    + "login page (a captive portal: log in there) that answers?")
        }
        guard let authority = AuthorityCertificate.find(in: answer.body, fingerprint: code.authority) else {
            throw UploadError(
                .untrusted,
                "\(store) is not the store that made this code: the key of its certificate authority is another one; "
                    + "check the address and the code, and whether something on the way intercepts TLS, such as the "
                    + "network's login page; nothing was sent"
            )
        }
        return authority
    }

    /// Token and key, durable before the store hears of them: those of an earlier attempt with this code, or new ones.
    private func begin(_ authority: AuthorityCertificate) throws -> EnrolmentRecord {
        if let bytes = try files.read(.enrolment),
            var record = try? WireCoding.decode(EnrolmentRecord.self, from: bytes), record.codeHash == codeHash,
            Token(record.token) != nil
        {
            record.store = store
            record.authority = Data(authority.pem)
            record.serverID = identity.serverID
            try files.write(try WireCoding.encode(record), as: .enrolment)
            return record
        }
        let record = EnrolmentRecord(
            store: store, serverID: identity.serverID, codeHash: codeHash, token: Token.random().text,
            signingKey: Curve25519.Signing.PrivateKey().rawRepresentation, authority: Data(authority.pem), answer: nil)
        try files.write(try WireCoding.encode(record), as: .enrolment)
        return record
    }

    private func ask(_ record: EnrolmentRecord) throws -> EnrolmentAnswer {
        guard let token = Token(record.token),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: record.signingKey)
        else {
            throw UploadError(.staging, "\(files.directory)/enrolment.json is damaged; remove it and enrol again")
        }
        let request = EnrolmentRequest(
            code: code.secretText, serverID: identity.serverID, schoolCode: identity.schoolCode,
            schoolName: identity.schoolName, tokenHash: token.hash, signingKey: [UInt8](key.publicKey.rawRepresentation)
        )
        let conversation = try conversation(trust: .authority([UInt8](record.authority)))
        let reply = try conversation.call(
            StoreRequest(.post, "/v1/enrolments", body: try WireCoding.encode(request), isAuthorized: false))
        switch reply {
        case .success(let answer):
            guard let granted = try? WireCoding.decode(EnrolmentAnswer.self, from: answer.body),
                granted.receiptKeyBytes != nil, granted.sealingKeyBytes != nil
            else {
                throw UploadError(
                    .unexpectedAnswer, "\(store) answers the enrolment with something else; run the same command again")
            }
            return granted
        case .refused(let problem, _): throw refusal(problem)
        }
    }

    private func refusal(_ problem: Problem) -> UploadError {
        switch problem.type {
        case .unconfiguredServer: UploadError(.unconfigured, problem.detail)
        case .codeUnknown, .codeUsed, .codeWithdrawn, .codeExpired, .wrongServerID:
            UploadError(.codeRefused, "the store refuses the enrolment: \(problem.detail)")
        default: UploadError(.unexpectedAnswer, "the store does not take the enrolment: \(problem.detail)")
        }
    }

    private func conversation(trust: SessionSettings.Trust) throws -> StoreConversation {
        let transport = try surroundings.connect(
            SessionSettings(address: store, trust: trust, proxy: proxy, stop: stop))
        return StoreConversation(
            transport: transport, policy: RetryPolicy(), stop: stop, wait: { surroundings.wait($0, stop) })
    }
}
