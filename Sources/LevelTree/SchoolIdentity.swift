/// Who a school is: what its server's settings say, or what the configuration sets in their place.
public struct SchoolIdentity: Hashable, Sendable, Codable {
    public let serverID: ServerID
    public let schoolCode: SchoolCode
    /// Free text for people, with `/`, `'` and `&` in real names; never part of a path.
    public let schoolName: String

    public init(serverID: ServerID, schoolCode: SchoolCode, schoolName: String) {
        self.serverID = serverID
        self.schoolCode = schoolCode
        self.schoolName = schoolName
    }

    /// LEVEL 2: `<school code>-<server id>`. With an empty code it begins with the hyphen (`-ct131`).
    public var directoryName: String { "\(schoolCode)-\(serverID)" }

    /// LEVEL 0 to 2: `2018/mz/2039150-mz150`.
    /// - Throws: `IdentityProblem` if the server id belongs to none of the four states.
    public func levelTwo(_ year: Year) throws -> RelativePath {
        try RelativePath("\(year)/\(state().rawValue)/\(directoryName)")
    }

    /// Refuses an identity that has no place in the tree, such as an image's that nobody set up: before anything is read.
    public func requireState() throws(IdentityProblem) { _ = try state() }

    private func state() throws(IdentityProblem) -> StateCode {
        guard let state = serverID.state else {
            throw IdentityProblem(
                .noState,
                "the server id \(serverID) begins with no state's letters (mz, rj, ct, tg), so it has no place in the tree; "
                    + "set server_id under [school], or GSTUDIO_INSTITUTE_ID in server_settings.py")
        }
        return state
    }

    /// Refuses the identity of an image that nobody set up: two schools would write into one folder.
    public func requireConfigured() throws(IdentityProblem) {
        if serverID.isUnconfigured || schoolCode.isUnconfigured {
            throw IdentityProblem(
                .unconfigured,
                "this server was never given its identity (it says server id \(serverID), school code "
                    + "\(schoolCode.text.isEmpty ? "none" : schoolCode.text)); set GSTUDIO_INSTITUTE_ID and "
                    + "GSTUDIO_INSTITUTE_ID_SECONDARY in server_settings.py, or server_id and school_code under [school]"
            )
        }
    }
}
