import Collecting
import Glibc
import LevelTree
import Staging
import Uploading
import Wire

/// Who this machine is, as far as can be told, and whether that is who it enrolled as.
struct Standing {
    /// Whose data is collected.
    var identity: SchoolIdentity
    /// What a person should know where that is not plainly what the server's settings say.
    var warning: String?
    /// Why nothing may be uploaded; nil where it may.
    var refusal: UploadError?
    /// Whether it calls itself another server than the one that it enrolled as: what it collects is kept apart.
    var isAnotherServer = false
}

extension School {
    /// Who this school is: what the configuration and the server's settings say; where these cannot be had (their disk is
    /// not mounted), or say that nobody set the server up, what they said when staging was last opened, so that the old
    /// tree stands.
    ///
    /// - Throws: `CollectingProblem` if nothing says it and nothing ever did.
    public func identity() throws -> SchoolIdentity { try standing().identity }

    /// As `identity`, for what is to reach the store.
    /// - Throws: `UploadError`, `.otherIdentity` if the machine no longer says that it is who it enrolled as.
    public func identityToSend() throws -> SchoolIdentity {
        let standing = try standing()
        if let refusal = standing.refusal { throw refusal }
        return standing.identity
    }

    /// Compares who the machine says it is with who it enrolled as. The server id decides; a corrected code or name is
    /// the same server's.
    func standing() throws -> Standing {
        var standing = try saidOrRemembered()
        guard let enrolled = Installation.serverID(in: files) else { return standing }
        let said = standing.identity
        if (try? said.requireConfigured()) == nil || said.serverID.state == nil {
            standing.identity = try enrolledIdentity(enrolled)
            standing.refuse(
                "this machine is enrolled as \(enrolled), but now calls itself \(said.serverID), school code "
                    + "\(said.schoolCode.text.isEmpty ? "none" : said.schoolCode.text), as a server that nobody set up "
                    + "does: it is collected as \(enrolled), and nothing is uploaded until \(Self.whereItIsSet) say again "
                    + "who it is")
        } else if said.serverID != enrolled {
            standing.isAnotherServer = true
            let apart = directory(of: said.serverID)
            standing.refuse(
                "this machine is enrolled as \(enrolled), but now calls itself \(said.serverID): what it collects is kept "
                    + "apart in \(apart), and nothing is uploaded; if it is still \(enrolled), correct "
                    + "\(Self.whereItIsSet); if it is \(said.serverID) now, set directory = \"\(apart)\" under "
                    + "[staging], ask the store's operator for a code and run clix-collectd enroll")
        }
        return standing
    }

    private static let whereItIsSet =
        "GSTUDIO_INSTITUTE_ID and GSTUDIO_INSTITUTE_ID_SECONDARY in server_settings.py (or server_id and school_code under "
        + "[school])"

    private func saidOrRemembered() throws -> Standing {
        do {
            return Standing(identity: try serverIdentity().identity)
        } catch {
            guard let remembered = rememberedIdentity() else { throw error }
            return Standing(
                identity: remembered,
                warning: "\(error.message); until then this is taken for \(remembered.serverID), as before")
        }
    }

    func serverIdentity() throws(CollectingProblem) -> ServerIdentity {
        try ServerIdentity.read(settings: settings.school, sources: settings.source, inside: inside)
    }

    // MARK: Its staging directory

    /// The school to collect: this one; or, where the machine calls itself another server than the one that it enrolled
    /// as, one that keeps what it collects apart, so that nothing is lost and nothing gets into a wrong history.
    /// - Throws: `IdentityProblem` if what is collected would have no place in the tree: no database is dumped for that.
    public func toCollect() throws -> School {
        let standing = try standing()
        try standing.identity.requireState()
        guard standing.isAnotherServer, let notice = standing.warning else { return self }
        return apart(in: directory(of: standing.identity.serverID), notice: notice)
    }

    /// Where the data of another server than the enrolled one is kept: a staging directory like any other.
    private func directory(of other: ServerID) -> String { "\(settings.staging.directory)/other/\(other)" }

    /// Takes the staging directory for this process; it is made if needed. While somebody in this process holds it, it is
    /// the same object.
    /// - Throws: `StagingError`, `.busy` while another process holds it; `UploadError`, `.otherIdentity` if it is that of
    ///   another server, which is enrolled.
    public func openStaging(_ identity: SchoolIdentity) throws -> Staging {
        if let enrolled = Installation.serverID(in: files), enrolled != identity.serverID {
            throw try standing().refusal
                ?? UploadError(
                    .otherIdentity, "\(settings.staging.directory) is \(enrolled)'s, not \(identity.serverID)'s")
        }
        return try shared.staging(as: identity) {
            let staging = try Staging.open(at: settings.staging.directory, identity: identity, options: stagingOptions)
            ScratchFolder.sweep(scratch)
            if rememberedIdentity() != identity { try remember(identity) }
            return staging
        }
    }

    /// The staging directory as it is, to look at; nothing is made or changed. Nil before the first collection.
    /// - Throws: `StagingError`.
    func lookAtStaging(_ identity: SchoolIdentity) throws -> Staging? {
        var status = stat()
        let directory = settings.staging.directory
        guard stat("\(directory)/state/collectd.sqlite", &status) == 0 || errno != ENOENT && errno != ENOTDIR else {
            return nil
        }
        return try Staging.look(at: directory, identity: identity, options: stagingOptions)
    }

    /// How things stand; opens staging for a moment, or looks at it beside the process that is at work.
    /// - Throws: `StagingError`.
    public func status() throws -> SchoolStatus {
        let standing = try standing()
        let identity = try ownIdentity(standing)
        do {
            return try SchoolStatus.read(self, standing, identity: identity, staging: openStaging(identity))
        } catch let error as StagingError where error.code == .busy {
            return try SchoolStatus.read(
                self, standing, identity: identity,
                staging: .look(at: settings.staging.directory, identity: identity, options: stagingOptions))
        }
    }

    /// Whose data the staging directory holds: the enrolled server's, whatever the machine calls itself now.
    func ownIdentity(_ standing: Standing) throws -> SchoolIdentity {
        guard standing.isAnotherServer, let enrolled = Installation.serverID(in: files) else {
            return standing.identity
        }
        return try enrolledIdentity(enrolled)
    }

    /// What is remembered of the enrolled server, or else what the store said of it.
    private func enrolledIdentity(_ serverID: ServerID) throws -> SchoolIdentity {
        if let remembered = rememberedIdentity(), remembered.serverID == serverID { return remembered }
        let installation = try Installation.load(from: files)
        let code = installation?.directory.dropLast("-\(serverID)".count) ?? ""
        return SchoolIdentity(
            serverID: serverID, schoolCode: try SchoolCode(String(code)), schoolName: installation?.schoolName ?? "")
    }

    var stagingOptions: StagingOptions {
        StagingOptions(budget: settings.staging.budget, keepFree: settings.staging.keepFree)
    }

    private func rememberedIdentity() -> SchoolIdentity? {
        guard let bytes = try? files.read(.school) else { return nil }
        return try? WireCoding.decode(SchoolIdentity.self, from: bytes)
    }

    private func remember(_ identity: SchoolIdentity) throws {
        try files.write(WireCoding.encode(identity), as: .school)
    }
}

extension Standing {
    fileprivate mutating func refuse(_ sentence: String) {
        warning = sentence
        refusal = UploadError(.otherIdentity, sentence)
    }
}

extension InstallationFiles.Name {
    /// Who the school was when staging was last opened.
    static let school = InstallationFiles.Name(rawValue: "school.json")
    /// What the last collection of each dataset came to.
    static let lastCollection = InstallationFiles.Name(rawValue: "last-collection.json")
}
