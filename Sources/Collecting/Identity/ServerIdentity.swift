import LevelTree
import Settings

/// Who this server is: what the configuration sets, else what the platform's `server_settings.py` says, on the host or
/// inside the container. It is read as text and never executed.
public struct ServerIdentity: Sendable, Hashable {
    public let identity: SchoolIdentity
    /// The file that was read, and the container where it is in there; nil where there was none.
    public let file: String?
    /// What a person should know: a missing line, a file that cannot be read.
    public let warnings: [String]

    /// - Parameter inside: what the container said, where it was asked.
    /// - Throws: `CollectingProblem` if nothing says the server id, or an id or code is not one; the sentence says what
    ///   to set where. An unconfigured server's (`sp100`) is an identity like another here: see `requireConfigured`.
    public static func read(
        settings: SchoolSettings, sources: SourcePaths, inside: InsideSettings? = nil
    ) throws(CollectingProblem) -> ServerIdentity {
        var warnings: [String] = []
        var (file, found) = serverSettings(sources, &warnings)
        if file == nil, let inside {
            switch inside.answer {
            case .success(let bytes): (file, found) = (inside.text, ServerSettings(parsing: bytes))
            case .failure(let problem):
                // Of a machine without the container, which the configuration describes, nothing is missed.
                if !problem.meansNothingThere { warnings.append(inside.sentence(problem, sources)) }
            }
        }
        let identity: SchoolIdentity
        do {
            guard let serverID = try settings.serverID ?? found.serverID.map({ try ServerID($0) }) else {
                throw CollectingProblem(.noIdentity, nothingSaysIt(file, sources, inside))
            }
            let code = try settings.schoolCode ?? SchoolCode(found.schoolCode ?? "")
            identity = SchoolIdentity(
                serverID: serverID, schoolCode: code, schoolName: settings.schoolName ?? found.schoolName ?? "")
        } catch let problem as IdentityProblem {
            throw CollectingProblem(
                .noIdentity,
                "\(problem.message); correct \(file ?? "server_settings.py"), or set it under [school]")
        } catch let problem as CollectingProblem {
            throw problem
        } catch {
            throw CollectingProblem(.noIdentity, "\(error)")
        }
        if settings.schoolCode == nil, found.schoolCode == nil {
            warnings.append(
                "no school code is known (GSTUDIO_INSTITUTE_ID_SECONDARY is missing): the school's folder will be called "
                    + "\(identity.directoryName)")
        }
        return ServerIdentity(identity: identity, file: file, warnings: warnings)
    }

    /// The original in the code tree first, else the hourly copy.
    private static func serverSettings(
        _ sources: SourcePaths, _ warnings: inout [String]
    ) -> (file: String?, settings: ServerSettings) {
        for place in sources.settingsFile(InsideSettings.name) {
            let path = escapedText(place.path)
            do {
                return (path, ServerSettings(parsing: try SmallFile.read(place, limit: 64 << 10)))
            } catch {
                if !error.isAbsent { warnings.append("\(path) cannot be read: \(error)") }
            }
        }
        return (nil, ServerSettings(parsing: []))
    }

    private static func nothingSaysIt(_ file: String?, _ sources: SourcePaths, _ inside: InsideSettings?) -> String {
        var looked =
            file.map { "\($0) has no line GSTUDIO_INSTITUTE_ID" }
            ?? "there is no server_settings.py in \(sources.gstudioSettings), nor in \(sources.data)"
        if file == nil, let inside, case .failure(let problem) = inside.answer {
            looked += ", and \(inside.sentence(problem, sources))"
        }
        return "who this server is cannot be told: \(looked); set server_id (and school_code) under [school]"
    }
}
