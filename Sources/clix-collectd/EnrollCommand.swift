import ArgumentParser
import Collecting
import LevelTree
import SchoolDaemon
import Settings
import Terminal
import Wire

struct EnrollCommand: RequestingCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Makes this server known to the store, with a one-time code of the store's operator.",
        discussion: """
            The code proves the store as well: a wrong address or somebody in between is found out before anything is \
            sent. Repeating the command after a broken connection is safe. Without --code it asks for the code, without \
            showing it; a code on the command line can be seen by other users of this machine while it runs. \
            While the service runs, it does the work, under the configuration that it has read, and uploads at once.

            Example: clix-collectd enroll --store https://store.example.org:8443
            """)

    @Option(help: ArgumentHelp("The store's address; by default url under [store].", valueName: "url"))
    var store: String?

    @Option(help: ArgumentHelp("The one-time code; - reads it from standard input.", valueName: "code"))
    var code: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let store else { return }
        do {
            _ = try StoreURL(store)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func request(_ school: School) throws -> SchoolRequest {
        try refuseUnconfigured(school)
        let configured = school.settings.store
        let address = try store.map { try StoreURL($0) } ?? configured
        return .enroll(
            try EnrolmentCode(parsing: CodePrompt.code(code)), store: address?.text,
            configuration: configured == nil ? common.config : nil)
    }

    /// Who cannot enrol hears so before the code is asked for. Where nothing on this machine but its container tells who it
    /// is, the running service says so, after that.
    private func refuseUnconfigured(_ school: School) throws {
        let identity: SchoolIdentity
        do {
            identity = try school.identityToSend()
        } catch is CollectingProblem {
            return
        }
        try identity.requireConfigured()
    }

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        // Here the container was asked, too.
        try school.identityToSend().requireConfigured()
        return try await request(school).perform(on: school, telling: PersonHere(progress: progress)).status
    }
}
