import Collecting
import LevelTree
import Staging
import Wire

extension School {
    /// Who this school is: what the configuration and the server's settings say; where these cannot be had (their disk is
    /// not mounted), what they said when staging was last opened, so that the old tree stands and is still sent.
    ///
    /// - Throws: `CollectingProblem` if nothing says it and nothing ever did.
    public func identity() throws -> SchoolIdentity { try knownIdentity().identity }

    /// - Returns: with a sentence if the identity is only remembered.
    func knownIdentity() throws -> (identity: SchoolIdentity, warning: String?) {
        do {
            return (try serverIdentity().identity, nil)
        } catch {
            guard let remembered = rememberedIdentity() else { throw error }
            return (remembered, "\(error.message); until then this is taken for \(remembered.serverID), as before")
        }
    }

    func serverIdentity() throws(CollectingProblem) -> ServerIdentity {
        try ServerIdentity.read(settings: settings.school, sources: settings.source)
    }

    /// Takes the staging directory for this process; it is made if needed.
    /// - Throws: `StagingError`, `.busy` while another process holds it.
    public func openStaging(_ identity: SchoolIdentity) throws -> Staging {
        let staging = try Staging.open(at: settings.staging.directory, identity: identity, options: stagingOptions)
        if rememberedIdentity() != identity { try remember(identity) }
        return staging
    }

    /// How things stand; opens staging for a moment, or looks at it beside the process that is at work.
    /// - Throws: `StagingError`.
    public func status() throws -> SchoolStatus {
        let identity = try identity()
        do {
            return try SchoolStatus.read(self, identity: identity, staging: openStaging(identity))
        } catch let error as StagingError where error.code == .busy {
            return try SchoolStatus.read(
                self, identity: identity,
                staging: .look(at: settings.staging.directory, identity: identity, options: stagingOptions))
        }
    }

    private var stagingOptions: StagingOptions {
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

extension InstallationFiles.Name {
    /// Who the school was when staging was last opened.
    static let school = InstallationFiles.Name(rawValue: "school.json")
    /// What the last collection of each dataset came to.
    static let lastCollection = InstallationFiles.Name(rawValue: "last-collection.json")
}
