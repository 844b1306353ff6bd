import Glibc
import LevelTree
import Settings
import Staging
import Synchronization
import Testing

@testable import Collecting

/// What stands in for the container's programs are shell scripts here; with the real engine: `EndToEndTests`.
@Suite("Dumps out of the container")
struct ContainerDumpsTests {
    let school = FakeSchool()
    let docker: FakeDocker

    init() {
        docker = FakeDocker(run: #"PATH="$here/bin:$PATH" inside "$@""#)
        shell("rm -rf '\(school.sources.data)/db'")
        school.root.write("x", to: "home/core/data/db/WiredTiger")
        program(
            "mongo",
            #"""
            case "$*" in
            *list-databases*) printf '%s\n' '{"name":"local"}' '{"name":"gstudio-mongodb"}' '{"name":"assessment"}' ;;
            *gstudio-mongodb*)
                echo '{"name":"Nodes","options":{},"indexes":[{"v":1,"key":{"b":1,"a":-1},"name":"b_a"}]}'
                echo '{"name":"system.indexes","options":{},"indexes":[]}' ;;
            *) echo '{"name":"Item","options":{},"indexes":[]}' ;;
            esac
            """#)
        dump(#"printf '\005\000\000\000\000\005\000\000\000\000'; echo 'dumped 2 documents' >&2"#)
    }

    private func program(_ name: String, _ script: String) {
        docker.folder.write("#!/bin/sh\n\(script)\n", to: "bin/\(name)", mode: 0o755)
    }

    private func dump(_ script: String) { program("mongodump", script) }

    private func context() throws -> CollectionContext {
        var context = try school.context()
        context.container = docker.container
        return context
    }

    /// The paths that are there, with their content, and those that are missed, with the reason.
    private func gather(
        _ dataset: String, lastComplete: FileTime? = FileTime(seconds: 1, nanoseconds: 0)
    ) async throws -> (made: [String: [UInt8]], missed: [String: String]) {
        var context = try context()
        context.lastComplete = { _ in lastComplete }
        let gathering = try await Collectors.collector(for: .of(dataset)).gather(context)
        defer { gathering.release() }
        var made: [String: [UInt8]] = [:]
        var missed: [String: String] = [:]
        for part in gathering.parts {
            switch part {
            case .made(let file, let path): made["\(path)"] = try SmallFile.read(file.path, limit: 1 << 20)
            case .text(let bytes, let path, _, _): made["\(path)"] = bytes
            case .file(let place, let path): made["\(path)"] = try SmallFile.read(place, limit: 1 << 20)
            case .missed(let path, let reason): missed["\(path)"] = reason
            case .folder, .waiting: continue
            }
        }
        return (made, missed)
    }

    private func refusal(_ dataset: String) async throws -> String {
        do {
            _ = try await gather(dataset)
            Issue.record("nothing was refused")
            return ""
        } catch let problem as CollectingProblem {
            return problem.message
        }
    }

    private var isScratchEmpty: Bool {
        Folder.names(in: Array(school.root.makeFolder("scratch").utf8))?.isEmpty == true
    }

    @Test func `of the database have every collection that the server lists, and its indexes in their order`()
        async throws
    {
        let (made, missed) = try await gather("db")
        #expect(missed.isEmpty)
        #expect(
            made.keys.sorted() == [
                "assessment/Item.bson", "assessment/Item.metadata.json", "gstudio-mongodb/Nodes.bson",
                "gstudio-mongodb/Nodes.metadata.json",
            ])
        #expect(made["gstudio-mongodb/Nodes.bson"]?.count == 10)
        #expect(
            made["gstudio-mongodb/Nodes.metadata.json"].map { String(decoding: $0, as: UTF8.self) }
                == #"{"options":{},"indexes":[{"v":1,"key":{"b":1,"a":-1},"name":"b_a"}]}"#)
        #expect(isScratchEmpty)
    }

    @Test func `of the database rest after each collection, for a quarter of what it took, and 5 s at most`()
        async throws
    {
        #expect(DatabaseDump.rest(after: .seconds(8)) == .seconds(2))
        #expect(DatabaseDump.rest(after: .seconds(900)) == .seconds(5))
        let docker = docker
        let rests = Mutex<[(time: Duration, dumps: Int)]>([])
        var context = try context()
        context.rest = { time in
            let dumps = docker.calls.count { $0.contains(" mongodump ") }
            rests.withLock { $0.append((time, dumps)) }
        }
        try await Collectors.collector(for: .of("db")).gather(context).release()
        #expect(rests.withLock { $0.map(\.dumps) } == [1, 2])
        #expect(rests.withLock { $0.allSatisfy { $0.time > .zero } })
    }

    @Test(arguments: [
        (#"printf '\005\000\000\000\000\005\000'"#, "its dump is cut after 1 documents, 5 bytes"),
        (#"printf '\005\000\000\000\000\377\377\377\377\000'"#, "its dump is cut after 1 documents, 5 bytes"),
        (#"printf '\006\000\000\000\177\000'"#, "its dump is cut after 0 documents, 0 bytes"),
        (
            #"printf '\005\000\000\000\000'; echo 'dumped 2 documents' >&2"#,
            "its dump has 1 documents, and mongodump said 2"
        ),
        ("echo 'Failed: error reading collection: EOF' >&2; exit 1", "Failed: error reading collection: EOF"),
    ])
    func `of the database that are no good are missed one by one`(script: String, reason: String) async throws {
        dump(
            #"case "$*" in *Nodes*) \#(script) ;; *) printf '\005\000\000\000\000' ;; esac"#)
        let (made, missed) = try await gather("db")
        #expect(made["assessment/Item.bson"]?.count == 5)
        #expect(made["gstudio-mongodb/Nodes.bson"] == nil)
        #expect(missed["gstudio-mongodb/Nodes.bson"]?.contains(reason) == true, "\(missed)")
    }

    @Test func `of the database lack the collections whose names no file can have, each is named, and have all others`()
        async throws
    {
        let long = String(repeating: "n", count: 251)
        let names = ["a/b", "a\\/c", "x/../y", "nul\\u0000", long, "Quo\\\"te", "Nodes"]
        let lines = names.map { "{\"name\":\"\($0)\",\"options\":{},\"indexes\":[]}" }
        program(
            "mongo",
            """
            case "$*" in
            *list-databases*) printf '%s\\n' '{"name":"gstudio-mongodb"}' ;;
            *) printf '%s\\n' \(lines.map { "'\($0)'" }.joined(separator: " ")) ;;
            esac
            """)
        let gathering = try await Collectors.collector(for: .of("db")).gather(try context())
        defer { gathering.release() }
        let reasons = gathering.shortfalls.map(\.reason)
        for name in ["a/b", "a/c", "x/../y", "nul\\x00", long] {
            #expect(
                reasons.contains { $0.hasPrefix("the collection gstudio-mongodb.\(name) is not dumped") }, "\(reasons)")
        }
        #expect(reasons.count == 5)
        var paths: [String] = []
        let survey = SourceSurvey(of: gathering) { path, _ in paths.append("\(path)") }
        #expect(survey.missed.isEmpty)
        #expect(
            paths == [
                "gstudio-mongodb/Nodes.bson", "gstudio-mongodb/Nodes.metadata.json", "gstudio-mongodb/Quo\"te.bson",
                "gstudio-mongodb/Quo\"te.metadata.json",
            ])
    }

    @Test func `of collections that are left out by exclude are not made in the first place`() async throws {
        var context = try context()
        let patterns = try ExcludePatterns(["gstudio-mongodb/Nodes.*"])
        context.excluded = { $0.name == "db" ? patterns : ExcludePatterns() }
        let gathering = try await Collectors.collector(for: .of("db")).gather(context)
        defer { gathering.release() }
        var paths: [String] = []
        _ = SourceSurvey(of: gathering) { path, _ in paths.append("\(path)") }
        #expect(paths == ["assessment/Item.bson", "assessment/Item.metadata.json"])
        #expect(docker.calls.contains { $0.contains("mongodump") && $0.contains("Item") })
        #expect(!docker.calls.contains { $0.contains("mongodump") && $0.contains("Nodes") })
    }

    @Test func `of a database server that does not answer yet are not made`() async throws {
        program("mongo", "echo 'exception: connect failed'; exit 1")
        #expect(try await refusal("db").contains("does not answer"))
        program("mongo", "echo 'no JSON at all'")
        #expect(try await refusal("db").contains("is not understood"))
        #expect(isScratchEmpty)
    }

    @Test func `of a database server are not made, and no password is told, where its shell fails otherwise`()
        async throws
    {
        program("mongo", "echo 'cannot reach mongodb://clix:hush-hush@localhost/admin' >&2; exit 3")
        let reason = try await refusal("db")
        #expect(reason.contains("cannot reach"))
        #expect(!reason.contains("hush"))
    }

    @Test func `of which none is any good are no generation`() async throws {
        dump("echo 'Failed: no reachable servers' >&2; exit 1")
        let reason = try await refusal("db")
        #expect(
            reason.hasPrefix("no dump was made of any of the 2 collections in gstudio; the first: assessment/Item.bson")
        )
        #expect(reason.contains("no reachable servers"))
    }

    @Test func `of a new server, which lists no collection, are a complete generation without a file`() async throws {
        program("mongo", #"case "$*" in *list-databases*) echo '{"name":"local"}' ;; esac"#)
        let context = try context()
        let staging = try Staging.open(
            at: school.root.path + "/staging", identity: context.identity, options: StagingOptions(keepFree: 0))
        let result = try staging.collect(
            .of("db"), year: try Year(2018),
            gathering: try await Collectors.collector(for: .of("db")).gather(context),
            clock: CollectionClock(startedMilliseconds: context.now.seconds * 1000, bootSeconds: 1, isTrusted: true))
        #expect(result.generation?.outcome == .complete)
        #expect(result.generation?.files == 0)
    }

    @Test(arguments: ["nothing", "empty", "not a folder of dumps"])
    func `of the database are made wherever the container runs, whatever of its files can be seen`(
        what: String
    ) async throws {
        shell("rm -r '\(school.sources.data)/db'")
        if what != "nothing" { _ = school.root.makeFolder("home/core/data/db") }
        if what.hasPrefix("not") { school.root.write("x", to: "home/core/data/db/lost+found/x") }
        let location = Collectors.collector(for: .of("db")).locate(try context())
        #expect(location.mayBeMade)
        #expect(location.absence != nil)
        #expect(try await gather("db").made["gstudio-mongodb/Nodes.bson"]?.count == 10)
        let stopped = FakeDocker(inspect: FakeDocker.stopped)
        var context = try school.context()
        context.container = stopped.container
        await #expect {
            _ = try await Collectors.collector(for: .of("db")).gather(context)
        } throws: { error in
            let problem = error as? CollectingProblem
            return problem?.code == .absent && problem?.message.contains("none could be made") == true
        }
    }

    @Test(arguments: ["db", "postgres-dump"])
    func `are not made in a container that is stopped`(dataset: String) async throws {
        let stopped = FakeDocker(inspect: FakeDocker.stopped)
        var context = try school.context()
        context.container = stopped.container
        if dataset == "db" {
            await #expect(throws: CollectingProblem.self) {
                _ = try await Collectors.collector(for: .of(dataset)).gather(context)
            }
        } else {
            // The platform's own dump is not whole: it is missed, with both reasons.
            school.root.write("-- cut", to: "home/core/data/postgres-dump/pg_dump_all.sql")
            let gathering = try await Collectors.collector(for: .of(dataset)).gather(context)
            let reasons = gathering.parts.compactMap { part in
                if case .missed(_, let reason) = part { reason } else { nil }
            }
            #expect(reasons.count == 1)
            #expect(reasons.first?.contains("lacks its end") == true)
        }
    }

    private static let whole = "--\n-- PostgreSQL database cluster dump complete\n--\n\n"

    @Test func `of the users are whole with the cluster's trailer only`() async throws {
        program("pg_dumpall", "cat <<'EOF'\n-- roles\n\(Self.whole)EOF")
        let (made, _) = try await gather("postgres-dump")
        #expect(made["pg_dump_all.sql"].map { String(decoding: $0, as: UTF8.self) }?.hasSuffix(Self.whole) == true)
        for cut in [
            "echo '-- PostgreSQL database dump complete'", "cat <<'EOF'\n\(Self.whole)EOF\nexit 1", "printf ''",
            "cat <<'EOF'\n\(Self.whole)EOF\nhead -c 3000 /dev/zero | tr '\\0' x",
        ] {
            program("pg_dumpall", cut)
            #expect(try await refusal("postgres-dump").isEmpty == false, "\(cut)")
        }
        #expect(isScratchEmpty)
    }

    @Test func `of the users are made as the cluster's own superuser, with no password`() async throws {
        program("pg_dumpall", "cat <<'EOF'\n\(Self.whole)EOF")
        _ = try await gather("postgres-dump")
        #expect(docker.calls.contains { $0.hasPrefix("exec -u postgres gstudio ") && $0.hasSuffix(" pg_dumpall") })
    }

    @Test func `are replaced by the platform's own, where the container may not be asked, and it is said of when`()
        async throws
    {
        school.root.write("-- roles\n\(Self.whole)", to: "home/core/data/postgres-dump/pg_dump_all.sql")
        shell("touch -d '2018-06-18 12:00:00 UTC' '\(school.sources.data)/postgres-dump/pg_dump_all.sql'")
        var context = try school.context()
        let closed = FakeDocker(inspect: FakeDocker.unreachable)
        context.container = closed.container
        let collector = try Collectors.collector(for: .of("postgres-dump"))
        let gathering = try await collector.gather(context)
        #expect(paths(gathering) == ["pg_dump_all.sql", "pgdump-2018061812-301500.sql"])
        #expect(gathering.skipped.map(\.path) == ["pg_dump_all.sql"])
        let reason = try #require(gathering.skipped.first?.reason)
        #expect(reason.hasPrefix("a dump of our own, as none could be made: "))
        #expect(reason.hasSuffix("; the platform's own, of Mon Jun 18 17:30:00 IST 2018, was taken"))
        shell("rm -r '\(school.sources.data)/postgres-dump'")
        await #expect {
            _ = try await collector.gather(context)
        } throws: { ($0 as? CollectingProblem)?.code == .absent }
    }

    @Test func `that were made here are never replaced by an older one of the platform's`() async throws {
        school.root.write("-- roles\n\(Self.whole)", to: "home/core/data/postgres-dump/pg_dump_all.sql")
        shell("touch -d '2018-06-18 12:00:00 UTC' '\(school.sources.data)/postgres-dump/pg_dump_all.sql'")
        var context = try school.context()
        let stopped = FakeDocker(inspect: FakeDocker.stopped)
        context.container = stopped.container
        let time: Int64 = 1_529_323_200
        for (last, isTaken) in [(time - 1, true), (time, true), (time + 1, false)] {
            context.stagedTime = { _, _ in FileTime(seconds: last, nanoseconds: 0) }
            let gathering = try await Collectors.collector(for: .of("postgres-dump")).gather(context)
            #expect(gathering.skipped.isEmpty != isTaken)
            let missed = gathering.parts.compactMap { part -> String? in
                if case .missed(_, let reason) = part { reason } else { nil }
            }
            #expect(missed.count == (isTaken ? 0 : 1))
            #expect(
                isTaken || missed.first?.contains("older than the one that is staged, which stands") == true)
        }
    }

    @Test func `of the platform's own are better than nothing where the server is down on a school's first days`()
        async throws
    {
        school.root.write("-- roles\n\(Self.whole)", to: "home/core/data/postgres-dump/pg_dump_all.sql")
        program("pg_dumpall", "echo 'could not connect to server' >&2; exit 1")
        let (first, _) = try await gather("postgres-dump", lastComplete: nil)
        #expect(first["pg_dump_all.sql"] != nil)
        #expect(try await refusal("postgres-dump").contains("could not connect to server"))
    }

    @Test func `may take as long as the configuration says, else half an hour`() throws {
        var context = try school.context()
        #expect(context.longestDump(.of("db")) == .seconds(1800))
        context.timeout = { $0.name == "db" ? .seconds(7200) : nil }
        #expect(context.longestDump(.of("db")) == .seconds(7200))
        #expect(context.longestDump(.of("postgres-dump")) == .seconds(1800))
    }

    private func paths(_ gathering: Gathering) -> [String] {
        var paths: [String] = []
        _ = SourceSurvey(of: gathering) { path, _ in paths.append("\(path)") }
        return paths
    }
}
