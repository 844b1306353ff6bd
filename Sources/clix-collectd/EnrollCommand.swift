import ArgumentParser
import SchoolDaemon
import Settings
import Terminal
import Wire

struct EnrollCommand: SchoolCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Makes this server known to the store, with a one-time code of the store's operator.",
        discussion: """
            The code proves the store as well: a wrong address or somebody in between is found out before anything is \
            sent. Repeating the command after a broken connection is safe. Without --code it asks for the code, without \
            showing it; a code on the command line can be seen by other users of this machine while it runs.

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

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        let address = try store.map { try StoreURL($0).text }
        let identity = try school.identityToSend()
        try identity.requireConfigured()
        let code = try EnrolmentCode(parsing: CodePrompt.code(code))
        let staging = try school.openStaging(identity)
        let result = try await school.enroll(code: code, store: address, as: identity, staging: staging)
        let installation = result.installation
        // The folder's name is the store's word.
        let sentence =
            "\(identity.serverID) is enrolled at \(installation.store) as \(installation.id)"
            + "\(result.wasEnrolled ? " (it was already)" : ""); its folder there is \(installation.directory)"
        try StandardOutput.write(TerminalText.escaped(sentence) + "\n")
        if installation.schoolName != identity.schoolName {
            progress.say("the store's operator calls this school \(installation.schoolName)")
        }
        if school.settings.store == nil {
            progress.say("set url = \"\(installation.store)\" under [store] in \(common.config), for people to see it")
        }
        return .ok
    }
}
