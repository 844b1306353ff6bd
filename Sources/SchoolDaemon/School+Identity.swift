import Collecting
import LevelTree

extension School {
    /// Who this school is.
    /// - Throws: `CollectingProblem` if neither the configuration nor the server's settings say it.
    public func identity() throws -> SchoolIdentity { try serverIdentity().identity }

    func serverIdentity() throws(CollectingProblem) -> ServerIdentity {
        try ServerIdentity.read(settings: settings.school, sources: settings.source)
    }

    /// How things stand; opens staging for a moment.
    /// - Throws: `StagingError`, `.busy` while another process is at work.
    public func status() throws -> SchoolStatus {
        let identity = try identity()
        return try SchoolStatus.read(self, identity: identity, staging: openStaging(identity))
    }
}
