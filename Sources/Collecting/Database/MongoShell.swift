import FoundationEssentials
import LevelTree

/// The questions that are put to the database server, through the `mongo` shell in the container: what there is to dump.
struct MongoShell {
    let container: Container
    let deadline: Duration

    struct Collection: Hashable, Sendable {
        let name: String
        /// What `mongodump` writes beside the documents: options and indexes, as JSON. Its keys keep their order, which is
        /// that of a compound index.
        let metadata: [UInt8]
    }

    /// The server's own; the platform keeps nothing in them.
    private static let ownDatabases = ["admin", "config", "local"]

    private static let listDatabases = """
        // clix: list-databases
        var answer = db.adminCommand({ listDatabases: 1 });
        if (!answer.ok) { quit(3); }
        answer.databases.forEach(function (one) { print(JSON.stringify({ name: one.name })); });
        """

    private static let listCollections = """
        // clix: list-collections
        db.getCollectionInfos().forEach(function (one) {
            print(JSON.stringify({
                name: one.name, options: one.options || {}, indexes: db.getCollection(one.name).getIndexes()
            }));
        });
        """

    /// The names of the databases, sorted.
    /// - Throws: `ContainerProblem`; `CollectingProblem` if the answer is none.
    func databases() async throws -> [String] {
        try await ask("admin", MongoShell.listDatabases).map(\.name)
            .filter { !MongoShell.ownDatabases.contains($0) }.sorted()
    }

    /// A database's collections, sorted by name; the server's own, which `mongodump` leaves out as well, are not among
    /// them.
    /// - Throws: as `databases`.
    func collections(of database: String) async throws -> [Collection] {
        try await ask(database, MongoShell.listCollections).filter { !$0.name.hasPrefix("system.") }
            .sorted { $0.name < $1.name }
    }

    private func ask(_ database: String, _ script: String) async throws -> [Collection] {
        let program = ContainerProgram(
            ["mongo", "--quiet", "--norc", database, "--eval", script].map { Array($0.utf8) },
            output: .memory(limit: 4 << 20), deadline: deadline)
        let answer: ProgramResult
        do throws(ContainerProblem) {
            answer = try await container.run(program)
        } catch {
            guard error.code == .failed(status: 1) else { throw error }
            // The shell says why on standard output. It ends so while the server starts, for a minute or two.
            throw CollectingProblem(
                .unusable,
                "the database server in \(container.name) does not answer; right after a start it needs some minutes: "
                    + "look again then, or at /var/log/mongodb/mongod.log in the container")
        }
        return try answer.output.split(separator: UInt8(ascii: "\n")).map(MongoShell.parse)
    }

    /// `{"name":"Nodes","options":{},"indexes":[…]}`; what comes behind the name is kept as it is.
    private static func parse(_ line: ArraySlice<UInt8>) throws -> Collection {
        let start = Array("{\"name\":".utf8)
        guard line.starts(with: start), let end = endOfText(line.dropFirst(start.count)),
            let name = try? JSONDecoder().decode(String.self, from: Data(line[(line.startIndex + start.count)..<end]))
        else {
            throw CollectingProblem(
                .unusable, "the database server's answer is not understood: \(escapedText(line.prefix(200)))")
        }
        let rest = line[end...]
        return Collection(
            name: name, metadata: [UInt8(ascii: "{")] + (rest.first == UInt8(ascii: ",") ? rest.dropFirst() : rest))
    }

    /// Where a JSON text in quotes ends. It is not for us to know which of several forms the shell gives a character.
    private static func endOfText(_ json: ArraySlice<UInt8>) -> Int? {
        guard json.first == UInt8(ascii: "\"") else { return nil }
        var isEscaped = false
        for position in json.indices.dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if json[position] == UInt8(ascii: "\"") {
                return position + 1
            } else {
                isEscaped = json[position] == UInt8(ascii: "\\")
            }
        }
        return nil
    }
}
