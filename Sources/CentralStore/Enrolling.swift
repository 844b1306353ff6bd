import Content
import LevelTree
import Wire

extension CentralStore {
    /// Makes a machine the school's installation, with a one-time code. The one that was there before is revoked, and
    /// its history goes on.
    ///
    /// The same code with the same token is the same success for 24 hours: an answer lost on the way costs nothing.
    public func enrol(_ request: EnrolmentRequest) throws -> EnrolmentAnswer {
        try journal.settle()
        let secretHash = EnrolmentCode.hash(ofSecretText: request.code)
        guard let code = try catalog.code(secretHash: secretHash) else { throw unknownCode }
        return try schoolLocks.withLock(code.school) {
            // Read again: another request may have used it meanwhile.
            guard let code = try catalog.code(secretHash: secretHash) else { throw unknownCode }
            try checkIdentity(request, code)
            if let used = code.used { return try repeated(request, code, used) }
            try checkUsable(code)
            return try enrolNew(request, code, secretHash)
        }
    }

    private var unknownCode: StoreError {
        StoreError(
            .codeUnknown,
            "this store gave out no such enrolment code; check it, or ask the store's operator for a new one "
                + "(clix-store school code)")
    }

    private func checkIdentity(_ request: EnrolmentRequest, _ code: CodeRow) throws {
        let identity = SchoolIdentity(
            serverID: request.serverID, schoolCode: request.schoolCode, schoolName: request.schoolName)
        do { try identity.requireConfigured() } catch { throw StoreError(.unconfiguredServer, error.message) }
        guard request.serverID == code.school else {
            throw StoreError(
                .wrongServerID,
                "this enrolment code is for the server \(code.school), but this server says it is \(request.serverID); "
                    + "use the code that was made for \(request.serverID), or set the right server id under [school]")
        }
        guard request.signingKeyBytes != nil else {
            throw StoreError(.malformed, "signing_key is not an Ed25519 public key: 32 bytes, in base64")
        }
        guard request.schoolName.utf8.count <= 1000 else {
            throw StoreError(.malformed, "school_name is longer than 1000 bytes")
        }
    }

    /// The answer once more, to the machine that had it.
    private func repeated(_ request: EnrolmentRequest, _ code: CodeRow, _ used: Int64) throws -> EnrolmentAnswer {
        let installation = try catalog.installation(tokenHash: request.tokenHash)
        guard let installation, installation.id == code.installation,
            options.clock() - used < options.limits.enrolmentRepeat
        else {
            throw StoreError(
                .codeUsed,
                "this enrolment code was used already, and it works once; ask the store's operator for a new one "
                    + "(clix-store school code \(code.school))")
        }
        guard installation.revoked == nil else { throw revoked(installation.school) }
        return try answer(installation.id, code.school)
    }

    private func checkUsable(_ code: CodeRow) throws {
        guard code.voided == nil else {
            throw StoreError(
                .codeWithdrawn,
                "this enrolment code was withdrawn; ask the store's operator for a new one "
                    + "(clix-store school code \(code.school))")
        }
        guard options.clock() < code.expires else {
            throw StoreError(
                .codeExpired,
                "this enrolment code has expired; ask the store's operator for a new one "
                    + "(clix-store school code \(code.school))")
        }
    }

    private func enrolNew(
        _ request: EnrolmentRequest, _ code: CodeRow, _ secretHash: ChunkID
    ) throws -> EnrolmentAnswer {
        guard try catalog.installation(tokenHash: request.tokenHash) == nil else {
            throw StoreError(
                .malformed, "the token belongs to an installation already; a machine that enrols anew makes a new token"
            )
        }
        let school = try knownSchool(code.school)
        let installation = InstallationID.random()
        let fact = StoreRecord.Enrolled(
            server: code.school, secretHash: secretHash, installation: installation, tokenHash: request.tokenHash,
            signingKey: request.signingKey, code: request.schoolCode,
            name: request.schoolName.isEmpty ? school.name : request.schoolName,
            revokes: try catalog.activeInstallations(school: school.number), at: options.clock())
        try journal.keep([.record(.enrolled(fact))])
        if school.code != request.schoolCode { try noteFiling(school: school.number) }
        for old in fact.revokes { spools.discard(installation: old) }
        return try answer(installation, code.school)
    }

    private func answer(_ installation: InstallationID, _ id: ServerID) throws -> EnrolmentAnswer {
        let school = try knownSchool(id)
        return EnrolmentAnswer(
            installation: installation, receiptKey: [UInt8](options.receiptKey.publicKey.rawRepresentation),
            sealingKey: options.sealingKey, directory: school.identity.directoryName,
            schoolName: school.listedName.isEmpty ? school.name : school.listedName,
            heads: try catalog.heads(school: school.number))
    }

    /// Who a token belongs to. Asked for every request, so that a revocation counts from the next one.
    public func authenticate(_ tokenHash: ChunkID) throws -> AuthenticatedInstallation {
        guard let installation = try catalog.installation(tokenHash: tokenHash) else {
            throw StoreError(
                .unauthorized,
                "this machine is not enrolled at this store; enrol it with a code from the store's operator")
        }
        guard installation.revoked == nil else { throw revoked(installation.school) }
        contacts.note(installation.schoolNumber, at: options.clock())
        return AuthenticatedInstallation(
            installation: installation.id, school: installation.school, schoolNumber: installation.schoolNumber,
            tokenHash: tokenHash)
    }

    private func revoked(_ school: ServerID) -> StoreError {
        StoreError(
            .revoked,
            "this machine's enrolment for \(school) was revoked, by the operator or because another machine "
                + "enrolled in its place; it goes on collecting, and a new code enrols it again")
    }
}
