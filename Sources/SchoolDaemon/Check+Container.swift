import Collecting
import LevelTree

extension Check {
    /// Without the container there are no databases: everything else lies on the disk.
    mutating func tryContainer(_ school: School) async {
        let source = school.settings.source
        let container = Container(name: source.container, command: source.docker, programs: SubprocessRunner())
        guard case .problem(let problem) = await container.state() else {
            return ok("container", "\(source.container) runs, and may be asked")
        }
        let needing = ["db", "postgres-dump"].compactMap(Dataset.init(name:))
            .filter { school.settings.settings(for: $0).isEnabled }
        guard !needing.isEmpty else {
            return warn("container", "\(problem.message); db and postgres-dump are switched off, and not needed")
        }
        // The sentence may end with a command, to be copied.
        fault(
            "container", "no \(needing.map(\.name).joined(separator: " and no ")) can be collected: \(problem.message)",
            problem.isPermanent ? .config : .unavailable)
    }
}
