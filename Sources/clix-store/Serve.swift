import ArgumentParser
import Logging
import Settings
import StoreServer
import Systemd
import Terminal

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service in the foreground; one line on standard output when it is ready.",
        discussion: """
            Example:
              clix-store serve --data /var/lib/clix-store

            Listens where store.toml says (listen = "0.0.0.0:8443"), and on sockets that systemd passes (port 443: \
            clix-store-443.socket). SIGTERM and SIGINT end it in order: requests under \
            way have 20 seconds. The journal (standard error) gets one line for each enrolment and commit, and in ten \
            minutes one for a machine's refusals of a kind and one for its broken links.
            """)

    @OptionGroup var data: DataOption

    @Option(name: .long, help: ArgumentHelp("Listen here instead; port 0 takes a free one.", valueName: "address:port"))
    var listen: String?

    func run() async throws {
        try await reporting {
            ServiceMemory.bound()
            let passed = PassedSockets.take()
            let directory = data.directory
            try directory.requireInitialised()
            try directory.actAsOwner()
            var settings = try SettingsFile.store(directory.settingsFile)
            if let listen {
                guard let address = ListenAddress(listen) else {
                    throw StoreServerError(.badArgument, "'\(listen)' is not ADDRESS:PORT, like 0.0.0.0:8443.")
                }
                settings.listen = address
            }
            let logger = Logger(label: "clix-store") { _ in JournalLines() }
            let service = try StoreService.open(directory, settings: settings, logger: logger)
            let host = settings.listen.host
            try await service.run(passed: passed) { port in
                let beside = passed.isEmpty ? "" : ", and where systemd listens for it"
                StandardOutput.write("clix-store: ready on https://\(ListenAddress(host: host, port: port))\(beside)\n")
                Notification.send("READY=1")
            }
        }
    }
}
