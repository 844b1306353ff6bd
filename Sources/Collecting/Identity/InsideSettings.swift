import LevelTree
import Settings
import Staging

/// The container's own `server_settings.py`: on the installations of 2017 the original is nowhere else, and who the
/// server is must be known before anything of it can be collected.
public struct InsideSettings: Sendable {
    /// Where it is, for people.
    let text: String
    let answer: Result<[UInt8], ContainerProblem>

    /// Asks the container, where the host has neither a code tree nor a copy of the file, and the configuration does not
    /// say all that it says. Takes a minute at most.
    /// - Parameter container: nil for the one that the sources name.
    public static func ask(
        settings: SchoolSettings, sources: SourcePaths, container: Container? = nil,
        paths: ContainerPaths = ContainerPaths()
    ) async -> InsideSettings? {
        let saysAll = settings.serverID != nil && settings.schoolCode != nil && settings.schoolName != nil
        guard !saysAll, Place.look(at: SourcePlace(root: sources.code), for: .folder) == .absent,
            sources.settingsFile(name).allSatisfy({ Place.look(at: $0, for: .file) == .absent })
        else { return nil }
        let container =
            container ?? Container(name: sources.container, command: sources.docker, programs: SubprocessRunner())
        let path = "\(paths.settings)/\(name)"
        let program = ContainerProgram(
            ["cat", path].map { Array($0.utf8) }, output: .memory(limit: 64 << 10), deadline: .seconds(20))
        let text = "\(path) in the container \(container.name)"
        do throws(ContainerProblem) {
            return InsideSettings(text: text, answer: .success(try await container.run(program).output))
        } catch {
            return InsideSettings(text: text, answer: .failure(error))
        }
    }

    static let name = "server_settings.py"

    func sentence(_ problem: ContainerProblem, _ sources: SourcePaths) -> String {
        "\(text) cannot be read: \(sources.masking().apply(to: problem.message))"
    }
}
