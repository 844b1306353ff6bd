import ArgumentParser
import Settings
import StoreServer
import Terminal

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new store: data directory, own certificate authority, server certificate, store.toml.",
        discussion: """
            Example:
              clix-store init /var/lib/clix-store --host store.example.org --host 192.0.2.10

            --host is what stands in the URL that schools are given. Run it as the user that will run the service, or as \
            root on a directory that belongs to that user. The directory must be empty or new.
            """)

    @Argument(help: "The data directory.")
    var dir: String

    @Option(
        name: .long, help: ArgumentHelp("A DNS name or IP address of this store; may be repeated.", valueName: "name"))
    var host: [String] = []

    @Option(name: .long, help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var listen = ListenAddress.standard.description

    func run() throws {
        try reporting {
            guard let address = ListenAddress(listen) else {
                throw StoreServerError(
                    .badArgument, "'\(listen)' is not ADDRESS:PORT; write 0.0.0.0:8443 or [::]:8443, for example.")
            }
            let hosts = try host.map { try HostName($0) }
            let directory = DataDirectory(dir)
            try directory.actAsOwner()
            let authority = try Initialisation.run(directory, hosts: hosts, listen: address)
            StandardError.write(
                """
                A new store is in \(directory.path), for \(hosts.map(\.description).joined(separator: ", ")).
                Its authority's fingerprint, which every enrolment code carries: \(authority.fingerprint.hex)
                Keep a copy of \(directory.path)/tls and \(directory.path)/keys in a safe place: without them no school \
                trusts a restored store.
                Next: clix-store serve --data \(directory.path)

                """)
        }
    }
}
