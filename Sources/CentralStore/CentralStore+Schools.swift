import Content
import LevelTree
import Wire

extension CentralStore {
    /// Adds a school, and makes its first code.
    /// - Throws: `StoreError`: `exists`; `unconfiguredServer` or `unusable` for an identity that has no place in the
    ///   tree.
    public func addSchool(_ id: ServerID, code: SchoolCode, name: String) throws -> EnrolmentCode {
        let identity = SchoolIdentity(serverID: id, schoolCode: code, schoolName: name)
        try requirePlace(identity)
        return try schoolLocks.withLock(id) {
            try journal.settle()
            guard try catalog.school(id) == nil else {
                throw StoreError(
                    .exists,
                    "the school \(id) is there already; clix-store school code \(id) makes it a new code, "
                        + "clix-store school set \(id) changes its code or name")
            }
            let now = options.clock()
            let (secret, made) = newCode(id, now)
            try journal.keep([
                .record(.schoolAdded(.init(server: id, code: code, name: name, at: now))), .record(.codeMade(made)),
            ])
            return secret
        }
    }

    /// Makes another one-time code: also the way to a replaced or restored machine. What is enrolled stays so until the
    /// code is used.
    public func makeCode(for id: ServerID) throws -> EnrolmentCode {
        try schoolLocks.withLock(id) {
            try journal.settle()
            _ = try knownSchool(id)
            let (secret, made) = newCode(id, options.clock())
            try journal.keep([.record(.codeMade(made))])
            return secret
        }
    }

    /// Changes the code or name that the operator's list has, and that is in force until the server says otherwise at
    /// an enrolment. A code moves the school's history to the folder that is named after it: see `onFiling`.
    public func setSchool(_ id: ServerID, code: SchoolCode?, name: String?) throws {
        try schoolLocks.withLock(id) {
            try journal.settle()
            let school = try knownSchool(id)
            try requirePlace(
                SchoolIdentity(serverID: id, schoolCode: code ?? school.code, schoolName: name ?? school.name))
            let change = StoreRecord.SchoolChanged(server: id, code: code, name: name, at: options.clock())
            try journal.keep([.record(.schoolChanged(change))])
            // Told even if it is the same code: a second try may follow one whose move came to nothing.
            if code != nil { try noteFiling(school: school.number) }
        }
    }

    /// Ends every installation of a school, and every code that was not used yet; counts from the next request on.
    /// - Returns: how many installations were revoked.
    @discardableResult
    public func revoke(_ id: ServerID) throws -> Int {
        try schoolLocks.withLock(id) {
            try journal.settle()
            let school = try knownSchool(id)
            let installations = try catalog.activeInstallations(school: school.number)
            let codes = try catalog.openCodes(school: school.number)
            guard !installations.isEmpty || !codes.isEmpty else { return 0 }
            let fact = StoreRecord.Revoked(
                server: id, installations: installations, codes: codes, at: options.clock())
            try journal.keep([.record(.revoked(fact))])
            for installation in installations { spools.discard(installation: installation) }
            return installations.count
        }
    }

    func knownSchool(_ id: ServerID) throws -> SchoolRow {
        guard let school = try catalog.school(id) else {
            throw StoreError(.notFound, "there is no school \(id); add it with clix-store school add \(id)")
        }
        return school
    }

    private func newCode(_ id: ServerID, _ now: Int64) -> (EnrolmentCode, StoreRecord.CodeMade) {
        let code = EnrolmentCode.random(authority: options.authority)
        let made = StoreRecord.CodeMade(
            server: id, secretHash: EnrolmentCode.hash(ofSecretText: code.secretText), made: now,
            expires: now + options.limits.codeLifetime)
        return (code, made)
    }

    private func requirePlace(_ identity: SchoolIdentity) throws {
        do { try identity.requireConfigured() } catch { throw StoreError(.unconfiguredServer, error.message) }
        guard identity.serverID.state != nil else {
            throw StoreError(
                .unusable,
                "the server id \(identity.serverID) begins with no state's letters (mz, rj, ct, tg), so it has "
                    + "no place in the tree")
        }
    }
}
