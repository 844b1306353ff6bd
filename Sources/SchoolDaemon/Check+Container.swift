import Collecting
import LevelTree

extension Check {
    /// Without the container there are no dumps, and on installations of 2017 less of other datasets.
    ///
    /// - Parameter identity: nil where nothing says it; then only the container itself is looked at.
    mutating func tryContainer(_ school: School, _ identity: SchoolIdentity?) async {
        let source = school.settings.source
        let container = Container(name: source.container, command: source.docker, programs: SubprocessRunner())
        let context = identity.map(school.lookingContext)
        let (dumped, inside) = school.containerDatasets(context)
        guard case .problem(let problem) = await container.state() else {
            ok("container", "\(source.container) runs, and may be asked")
            guard let context else { return }
            for (dataset, problem) in await DumpServers.problems(context) where dumped.contains(dataset) {
                warn("container", "no \(dataset) could be dumped now: \(problem)")
            }
            return
        }
        guard !(dumped + inside).isEmpty else {
            return warn("container", "\(problem.message); db and postgres-dump are switched off, and not needed")
        }
        var clauses: [String] = []
        if !dumped.isEmpty { clauses.append("no \(names(dumped, " and no ")) can be dumped") }
        if !inside.isEmpty { clauses.append("nothing new is fetched of \(names(inside, ", "))") }
        // The sentence may end with a command, to be copied.
        fault(
            "container", "\(clauses.joined(separator: ", and ")): \(problem.message)",
            problem.isPermanent ? .config : .unavailable)
    }

    private func names(_ datasets: [Dataset], _ separator: String) -> String {
        datasets.map(\.name).joined(separator: separator)
    }
}
