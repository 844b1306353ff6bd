import Foundation

/// A docker command in the place of a school's: its container runs or does not, and has a cluster and a database to dump.
final class YearDocker {
    let command: String

    init(in workspace: Workspace) throws {
        command = try workspace.write(
            """
            #!/bin/sh
            verb=$1
            shift
            if [ -e "$0.stopped" ]; then
                [ "$verb" = inspect ] && echo false false false && exit 0
                echo 'Error response from daemon: Container gstudio is not running' >&2
                exit 1
            fi
            case $verb in
            inspect) echo true false false ;;
            top) printf 'PID COMMAND\\n1 sleep infinity\\n' ;;
            exec)
                case " $* " in
                *' pg_dumpall '*) cat "$0.dump" ;;
                *list-databases*) echo '{"name":"gstudio-mongodb"}' ;;
                *list-collections*) echo '{"name":"Benchmarks","options":{},"indexes":[]}' ;;
                *' mongodump --db gstudio-mongodb --collection Benchmarks --out - '*) cat "$0.bson" ;;
                *' ionice '*) exit 0 ;;
                *) exit 126 ;;
                esac
                ;;
            *) exit 64 ;;
            esac
            """, to: "docker")
        chmod(command, 0o755)
    }

    func stop(_ isStopped: Bool) throws {
        if isStopped {
            try Data().write(to: URL(fileURLWithPath: "\(command).stopped"))
        } else {
            try? FileManager.default.removeItem(atPath: "\(command).stopped")
        }
    }

    /// One more user.
    /// - Returns: the dump.
    func changeUsers(_ users: Int) throws -> Data {
        let dump = Data("-- user \(users)\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n".utf8)
        try dump.write(to: URL(fileURLWithPath: "\(command).dump"))
        return dump
    }

    /// The documents of the only collection.
    func changeDatabase(_ documents: Data) throws {
        try documents.write(to: URL(fileURLWithPath: "\(command).bson"))
    }
}
