import SchoolDaemon
import Terminal

/// A command whose work is the daemon's, where one is at work: it asks over the socket, so that nothing is done twice at
/// once and every file is the daemon's own. Elsewhere it does the work itself.
protocol RequestingCommand: SchoolCommand {
    /// What is asked for.
    /// - Parameter school: by the configuration file as it is now, which the daemon may not have read.
    func request(_ school: School) throws -> SchoolRequest
}

extension RequestingCommand {
    func askDaemon(of school: School, _ progress: Progress) throws -> ExitStatus? {
        guard try DaemonCall.begin(school.files) != nil else { return nil }
        // A person may think for a while about the code that is asked for: the call begins when all is there.
        let request = try request(school)
        guard let call = try DaemonCall.begin(school.files) else { return nil }
        return try call.ask(
            request, isVerbose: common.verbosity == .verbose, telling: PersonHere(progress: progress))
    }

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        try await request(school).perform(on: school, telling: PersonHere(progress: progress)).status
    }
}

/// The person who typed the command.
struct PersonHere: Audience {
    let progress: Progress

    func begin(_ title: String) { progress.begin(title) }
    func update(_ done: ProgressAmount, total: ProgressAmount?) { progress.update(done, total: total) }
    func end(_ sentence: String?) { progress.end(sentence) }
    func say(_ sentence: String) { progress.say(sentence) }
    func detail(_ sentence: String) { progress.detail(sentence) }
    func warn(_ sentence: String) { progress.warn(sentence) }
    func result(_ line: String) throws { try StandardOutput.write(TerminalText.escaped(line) + "\n") }
}
