import Glibc
import LevelTree
import Staging

/// A dump of a whole PostgreSQL cluster, as `pg_dumpall` writes it.
enum ClusterDump {
    /// What stands in the last lines of a whole dump. Each database in it ends with `PostgreSQL database dump complete`,
    /// so that a cut dump may well have that.
    private static let trailer = Array("-- PostgreSQL database cluster dump complete".utf8)
    private static let tailLength = 1024

    /// Whether the dump goes to its end.
    /// - Parameter file: open for reading; its position does not matter.
    static func isWhole(_ file: Int32) -> Bool {
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return false }
        let size = Int(facts.st_size)
        let length = min(size, tailLength)
        guard let tail = try? readBytes(of: file, at: UInt64(size - length), upTo: length), tail.count == length
        else { return false }
        return tail.split(separator: UInt8(ascii: "\n")).contains { $0.elementsEqual(trailer) }
    }

    /// Makes one in the container, as the cluster's own superuser, who needs no password there.
    /// - Returns: the dump, in a file of ours.
    /// - Throws: `CollectingProblem`; what was written of a dump that was cut is of no use.
    static func make(
        _ context: CollectionContext, in scratch: ScratchFolder
    ) async throws(CollectingProblem) -> MadeFile {
        let name = "pg_dump_all.sql"
        let file = try scratch.create(name, for: "a dump")
        defer { close(file) }
        let program = ContainerProgram(
            [Array("pg_dumpall".utf8)], user: "postgres",
            output: .file(descriptor: file, limit: .max, room: MadeRoom(context).ask()),
            deadline: context.longestDump(.of("postgres-dump")),
            isHeavy: true)
        do throws(ContainerProblem) {
            _ = try await context.container.run(program)
        } catch {
            let why = error.message + (cause(in: error.errorText).map { "; before that: \($0)" } ?? "")
            throw CollectingProblem(error.collectingCode, "no dump was made: \(context.masking().apply(to: why))")
        }
        guard isWhole(file) else {
            throw CollectingProblem(
                .unusable, "the dump that pg_dumpall made in \(context.container.name) lacks its end, and was not taken"
            )
        }
        return MadeFile(path: "\(scratch.path)/\(name)", mode: 0o640, modified: context.now)
    }

    /// The server's own words. `pg_dumpall` ends by saying in which database it failed, and not why.
    static func cause(in errorText: [UInt8]) -> String? {
        let lines = errorText.split(separator: UInt8(ascii: "\n")).dropLast()
        for line in lines {
            let text = escapedText(line.prefix(300))
            if text.contains("ERROR: ") || text.contains("FATAL: ") { return text }
        }
        return nil
    }
}
