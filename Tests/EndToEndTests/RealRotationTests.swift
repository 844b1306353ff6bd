import Foundation
import Testing

extension EndToEnd {
    /// Logs that logrotate moves while they are read, in each of the field's ways, with a real nginx that writes them.
    @Suite("A real school's logs that are rotated during a collection", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealRotations {
        private static let name = "school.server.org.access.log"
        private static let keeping = "rotate 9\nmissingok\n"
        private static let create = "create 0640 www-data adm\n"
        private static let signal = "sharedscripts\npostrotate\nkill -USR1 $(cat /run/nginx.pid)\nendscript"

        @Test("by renaming, by copying and truncating, and without telling nginx: every line is there once, in order")
        func rotated() throws {
            let school = try CollectedSchool(in: Workspace())
            try school.command("collect", "nginx-logs").ended(with: 0)
            for (day, tag, stanza) in [
                (1, "renamed", Self.keeping + Self.create + Self.signal), (2, "copied", Self.keeping + "copytruncate"),
                (3, "untold", Self.keeping + Self.create),
            ] {
                try grow(school, tag: tag, day: day)
                let collection = try school.machine.start("collect", "nginx-logs", "--verbose")
                try stopInItsMiddle(collection)
                try school.real.request(3, tag: "\(tag)-before")
                try school.real.rotate(stanza)
                try school.real.request(3, tag: "\(tag)-after")
                collection.signal(SIGCONT)
                try school.ended(collection).ended(with: 0)
                try school.command("collect", "nginx-logs").ended(with: 0)
                let disorder = try disorder(school)
                #expect(disorder == [], "\(tag)")
                let last = try school.real.shell("cd /data/nginx-logs; grep -l \(tag)-after-2/ *access.log*").lines
                #expect(last == [tag == "untold" ? "\(Self.name).1" : Self.name])
            }
        }

        /// As much as an hour's lessons write: 32 MB of lines, each with its own number.
        private func grow(_ school: CollectedSchool, tag: String, day: Int) throws {
            let script = """
                import sys
                name, tag, day = sys.argv[1:]
                line = f'clixserver.tiss.edu : 192.168.1.23 - - [0{day}/Sep/2018:18:22:01 +0530] "GET /{tag}/%d HTTP/1.1" 200 12 "-" "{"x" * 200}"\\n'
                with open(name, "a") as log: log.writelines(line % number for number in range(110_000))
                """
            let log = "\(school.real.core)/data/nginx-logs/\(Self.name)"
            try ChildProcess.run("python3", ["-c", script, log, tag, String(day)]).ended(with: 0)
        }

        /// Stops a collection that has read a part of the log.
        private func stopInItsMiddle(_ collection: ChildProcess) throws {
            let script = """
                until ls -l /proc/$0/fd | grep -q $1 && read -r _ bytes </proc/$0/io && [ $bytes -gt 8000000 ]; do
                    [ -e /proc/$0/fd ] || exit 1
                done
                kill -STOP $0
                """
            let arguments = ["-c", script, String(collection.pid), Self.name]
            try ChildProcess.run("bash", arguments, within: 60).ended(with: 0)
        }

        /// Days' files that are not, byte for byte, the lines of their day in the order in which they were written.
        private func disorder(_ school: CollectedSchool) throws -> [String] {
            let script = #"""
                import glob, gzip, os, re, sys
                source, staged = sys.argv[1:]
                months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".encode().split()
                def day(line):
                    found = re.match(rb"(\d{4})/(\d\d)/(\d\d) ", line)
                    if found: return b"".join(found.groups()).decode()
                    found = re.search(rb"\[(\d\d)/(\w{3})/(\d{4}):", line)
                    return found and "%s%02d%s" % (found[3].decode(), months.index(found[2]) + 1, found[1].decode())
                def age(name):
                    rest = name.split(".log", 1)[1].removesuffix(".gz")
                    return 0 if not rest else 1000 if rest == ".old" else int(rest[1:])
                def names(folder): return [name for name in os.listdir(folder) if name.startswith("school.")]
                days, last = {}, {}
                for name in sorted(names(source), key=age, reverse=True):
                    log = name.split(".log")[0]
                    with (gzip.open if name.endswith(".gz") else open)(f"{source}/{name}", "rb") as file:
                        for line in file:
                            last[log] = day(line) or last.get(log)
                            days.setdefault(f"{log}-{last[log]}.log", []).append(line)
                for name in sorted(set(days) | set(names(staged))):
                    path = f"{staged}/{name}"
                    there = open(path, "rb").read() if os.path.exists(path) else b""
                    if there != b"".join(days.get(name, [])):
                        print(name, "has", there.count(b"\n"), "lines instead of", len(days.get(name, [])))
                """#
            let arguments = [
                "-c", script, "\(school.real.core)/data/nginx-logs", "\(school.level2)/gstudio/nginx-logs",
            ]
            return try ChildProcess.run("python3", arguments).ended(with: 0).lines
        }
    }
}
