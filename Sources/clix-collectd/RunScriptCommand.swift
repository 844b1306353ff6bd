import ArgumentParser
import Collecting
import LevelTree
import SchoolDaemon
import Settings
import Terminal

struct RunScriptCommand: RequestingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-script",
        abstract: "Runs one of gStudio's own scripts that make derived data, now, and collects what it makes.",
        discussion: """
            progress makes the tables of each pupil's progress in each unit; activity-timestamps one table of each visit \
            of every user, or of one; assessments qbank_data.tar.gz. It is run in the platform's container at idle \
            priority, and is ended after timeout in its table under [run] (45 minutes). It needs what it needs: a full \
            set of progress tables takes a quarter of an hour. One is run at a time: 75 if the platform or somebody \
            else runs it already. While the service runs, it does the work, under the configuration that it has read, and \
            a second one waits for its turn.

            Example: clix-collectd run-script activity-timestamps --user green-apple-mz17
            """)

    @Argument(help: ArgumentHelp("progress, activity-timestamps or assessments.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("Only this user of gStudio, for activity-timestamps.", valueName: "user"))
    var user: String?

    @OptionGroup var common: CommonOptions

    func validate() throws { _ = try (script(), platformUser()) }

    func request(_ school: School) throws -> SchoolRequest { .runScript(try script(), user: try platformUser()) }

    private func script() throws -> DerivedScript {
        if let script = DerivedScript(rawValue: name) { return script }
        let names = DerivedScript.allCases.map(\.name)
        let nearest = nearestName(to: name, among: names).map { "did you mean \($0)?" }
        throw ValidationError(
            "there is no script \"\(escapedText(name.utf8))\"; \(nearest ?? "there are \(names.joined(separator: ", "))")"
        )
    }

    private func platformUser() throws -> PlatformUser? {
        guard let user else { return nil }
        guard try script() == .activityTimestamps else {
            throw ValidationError("--user belongs to activity-timestamps; \(name) is always of all users")
        }
        do {
            return try PlatformUser(user)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
