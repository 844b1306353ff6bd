import Glibc
import LevelTree
import Staging

/// Dumps every collection of every database, one at a time, out of the container into files of ours: nothing is written
/// in there. Between two collections it pauses, so that a lesson that is going on gets the disk.
struct DatabaseDump {
    let container: Container
    let context: CollectionContext
    let scratch: ScratchFolder
    private var parts: [Gathering.Part] = []
    private var shortfalls: [Shortfall] = []
    private var dumped = 0
    private var room: MadeRoom

    /// How long to rest before the next collection, by what this one took: a quarter of it, at most 5 s.
    static func rest(after time: Duration) -> Duration { min(time * 0.25, .seconds(5)) }

    init(_ context: CollectionContext, scratch: ScratchFolder) {
        container = context.container
        self.context = context
        self.scratch = scratch
        room = MadeRoom(context)
    }

    /// - Throws: `CollectingProblem` if nothing can be dumped; then the last good dump stands.
    mutating func run() async throws(CollectingProblem) -> Gathering {
        do {
            let shell = MongoShell(container: container, deadline: .seconds(120))
            for database in try await shell.databases() {
                for collection in try await shell.collections(of: database) { try await dump(collection, of: database) }
            }
        } catch let problem as CollectingProblem {
            throw problem
        } catch {
            throw DatabaseDump.problem(error, context.masking())
        }
        if dumped == 0, let reason = failures.first {
            throw CollectingProblem(
                .unusable,
                "no dump was made of any of the \(failures.count) collections in \(container.name); the first: "
                    + reason)
        }
        // A server that lists no collection is new: that it has none is all there is to say.
        var gathering = Gathering(parts: parts)
        gathering.shortfalls = shortfalls
        return gathering
    }

    /// Why each collection that has no dump has none.
    private var failures: [String] {
        parts.compactMap { part in
            if case .missed(let path, let reason) = part { "\(path): \(reason)" } else { nil }
        } + shortfalls.map(\.reason)
    }

    /// What a program said may hold what the platform's settings call secret.
    static func problem(_ error: any Error, _ masking: Masking) -> CollectingProblem {
        CollectingProblem(
            (error as? ContainerProblem)?.collectingCode ?? .unusable,
            "no dump was made: \(masking.apply(to: "\(error)"))")
    }

    private mutating func dump(_ collection: MongoShell.Collection, of database: String) async throws {
        guard let folder = try? RelativePath(component: Array(database.utf8)),
            let documents = try? folder.appending(RelativePath(component: Array("\(collection.name).bson".utf8))),
            let metadata = try? folder.appending(
                RelativePath(component: Array("\(collection.name).metadata.json".utf8)))
        else {
            // As mongodump 3.2 itself refuses it; what newer ones make of such a name, 3.2 restores under another.
            let name = escapedText("\(database).\(collection.name)".utf8)
            shortfalls.append(
                Shortfall(
                    path: "",
                    reason:
                        "the collection \(name) is not dumped: its name cannot be a file's; rename it, or dump it by "
                        + "hand with mongodump --out -"))
            return
        }
        // Staging leaves it out in any case, but a dump takes minutes of a lesson's disk.
        if context.excluded(.of("db")).matches(documents) { return }
        let began = ContinuousClock.now
        if let reason = try await write(collection.name, of: database) {
            parts.append(.missed(documents, reason: reason))
        } else {
            dumped += 1
            parts.append(.made(made(parts.count), as: documents))
        }
        parts.append(.text(collection.metadata, as: metadata, mode: 0o640, modified: context.now))
        try await context.rest(DatabaseDump.rest(after: ContinuousClock.now - began))
    }

    private func made(_ number: Int) -> MadeFile {
        MadeFile(path: "\(scratch.path)/\(number)", mode: 0o640, modified: context.now)
    }

    /// - Returns: why this collection has no good dump; nil if it has.
    /// - Throws: what concerns all of them.
    private mutating func write(_ collection: String, of database: String) async throws -> String? {
        let file = try scratch.create("\(parts.count)", for: "a dump")
        defer { close(file) }
        let program = ContainerProgram(
            ["mongodump", "--db", database, "--collection", collection, "--out", "-"].map { Array($0.utf8) },
            output: .file(descriptor: file, limit: .max, room: room.ask()),
            deadline: context.longestDump(.of("db")),
            isHeavy: true)
        let name = "\(database).\(collection)"
        let result: ProgramResult
        do throws(ContainerProblem) {
            result = try await container.run(program)
        } catch {
            guard error.concernsOneProgram else { throw error }
            return "its dump failed: \(context.masking().apply(to: error.message))"
        }
        room.took(file)
        guard lseek(file, 0, SEEK_SET) == 0 else {
            throw CollectingProblem(.unreadable, "the dump of \(name) cannot be read")
        }
        switch BSONFile.check(file) {
        case .broken(let documents, let offset):
            return "its dump \(BSONFile.cutText(documents, offset))"
        case .whole(let documents):
            guard let said = DatabaseDump.count(in: result.errorText), said != documents else { return nil }
            return "its dump has \(documents) documents, and mongodump said \(said)"
        }
    }

    /// `dumped 5000 documents`, as mongodump ends what it says.
    static func count(in errorText: [UInt8]) -> UInt64? {
        let words = String(decoding: errorText, as: UTF8.self).split { $0 == " " || $0 == "\n" || $0 == "\t" }
        guard let index = words.lastIndex(of: "dumped"), words.indices.contains(index + 2),
            words[index + 2].hasPrefix("document")
        else { return nil }
        return UInt64(words[index + 1])
    }
}

extension ContainerProblem {
    /// Whether another program in the same container may fare better.
    var concernsOneProgram: Bool {
        switch code {
        case .failed, .deadline, .outputLost, .ended: true
        default: false
        }
    }
}
