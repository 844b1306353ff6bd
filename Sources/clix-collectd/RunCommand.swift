import ArgumentParser
import Logging
import SchoolDaemon
import Settings
import Systemd
import Terminal

struct RunCommand: SchoolCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Collects and uploads again and again, in the foreground, as a service.",
        discussion: """
            Each dataset is collected when its schedule says so: the heartbeat every hour, the others every day, and what \
            was missed while the machine was off soon after its start. Whatever was collected is sent as soon as there is \
            a link. It may be ended at any moment, also by the power; SIGTERM ends it within five seconds, and SIGHUP \
            makes it read its configuration again. It writes to the journal, or else to standard error.

            While it runs, collect, upload, run-script and enroll ask it over its socket, and it does the work, under the \
            configuration that it has read, as soon as what it is at has ended.

            Example: clix-collectd run
            """)

    @OptionGroup var common: CommonOptions

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        let lock = try school.beTheDaemon()
        defer { withExtendedLifetime(lock) {} }
        let config = common.config
        let service = ServiceManager(watchdogInterval: Notification.takeWatchdogInterval(), send: Notification.send)
        let log = Logger(label: "clix-collectd") { JournalHandler.orLines(identifier: $0) }
        let daemon = try Daemon(
            Daemon.Surroundings(settings: { try SettingsFile.collectd(config) }, service: service, log: log))
        await daemon.run()
        return .ok
    }
}
