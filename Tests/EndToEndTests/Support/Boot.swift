import Foundation
import Testing

/// One time that a machine is up, as its services see it: a boot id of its own, systemd's own journal, and half past an hour
/// in the time zone `Made-up`, when the platform's own cron leaves it alone.
///
/// All in a mount namespace, which is there as long as the journal's service runs. Only clocks are those of this machine.
final class Boot {
    private static let journald = "/lib/systemd/systemd-journald"
    private let journal: ChildProcess
    /// The journal as it is written, an entry a line.
    private let following: ChildProcess
    private var services: [ChildProcess] = []

    init(in workspace: Workspace) throws {
        let folder = try workspace.folder("boot-\(UUID().uuidString)")
        let minutes = (90 - Int(Date().timeIntervalSince1970) / 60 % 60) % 60
        let zone = "Zone Made-up 5:\(minutes < 10 ? "0" : "")\(minutes) - MADE\n"
        try Data(zone.utf8).write(to: URL(fileURLWithPath: "\(folder)/zone"))
        try ChildProcess.succeed("/usr/sbin/zic", "-d", folder, "\(folder)/zone")
        try Data("\(UUID().uuidString.lowercased())\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/boot_id"))
        let script = """
            mount -t tmpfs -o mode=755 tmpfs /run
            mkdir -p /run/systemd/journald.conf.d /run/log/journal
            printf '[Journal]\\nStorage=volatile\\nReadKMsg=no\\nAudit=no\\nRateLimitIntervalSec=0\\n' \
            >/run/systemd/journald.conf.d/tests.conf
            mount --bind "$0/boot_id" /proc/sys/kernel/random/boot_id
            mount --bind "$0" /usr/share/zoneinfo
            touch /run/is-new
            exec \(Self.journald)
            """
        let namespace = ["--mount", "--propagation", "private", "bash", "-euc", script, folder]
        journal = try ChildProcess("unshare", namespace)
        let run = "/proc/\(journal.pid)/root/run"
        let wait =
            "until [ -e $0/is-new -a -S $0/systemd/journal/socket ] && ls $0/log/journal/*/*; do sleep 0.02; done"
        do {
            try ChildProcess.run("bash", ["-c", wait, run], within: 20).ended(with: 0)
            following = try ChildProcess("nsenter", Self.inside(journal, Self.read + ["--follow", "--lines=all"]))
        } catch {
            journal.signal(SIGKILL)
            throw error
        }
    }

    deinit { for process in services + [following, journal] { process.signal(SIGKILL) } }

    private static let read = ["journalctl", "--output=json", "--all", "--quiet", "--no-pager"]

    private static func inside(_ journal: ChildProcess, _ command: [String]) -> [String] {
        ["--target", "\(journal.pid)", "--mount"] + command
    }

    /// A service, whose output goes to the journal as well; it is told so as systemd tells it. It ends with this boot at the
    /// latest.
    func start(_ command: String...) throws -> ChildProcess {
        let tell = ["bash", "-c", "JOURNAL_STREAM=$(stat -Lc %d:%i /dev/stderr) exec \"$0\" \"$@\""]
        let service = ["systemd-cat", "--identifier", Self.service] + tell + command
        let process = try ChildProcess("nsenter", Self.inside(journal, service))
        services.append(process)
        return process
    }

    private static let service = "clix-collectd"

    /// Waits for the first entry whose field begins with these words, and gives all of its fields.
    func entry(_ field: String, _ words: String, within seconds: Double = 60) throws -> [String: String] {
        let line = try following.waitForLine(containing: "\"\(field)\":\"\(words)", within: seconds)
        return try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    }

    /// All that services have said.
    func whole() throws -> String {
        let command = Self.read + ["--identifier", Self.service]
        return try ChildProcess.run("nsenter", Self.inside(journal, command)).ended(with: 0).output
    }
}

extension Boot {
    /// Tried once; where it is not possible the reason is printed, beside each skipped test's.
    static let isPossible: Bool = {
        do {
            _ = try Boot(in: Workspace())
            return true
        } catch {
            FileHandle.standardError.write(Data("tests with systemd's journal are skipped: \(error)\n".utf8))
            return false
        }
    }()
}

extension Trait where Self == ConditionTrait {
    static var needsJournal: Self { .enabled(if: Boot.isPossible, "needs root and systemd's journal, in a namespace") }
}
