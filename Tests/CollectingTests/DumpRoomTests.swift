import Glibc
import LevelTree
import Staging
import Synchronization
import Testing

@testable import Collecting

@Suite("A dump for which there is no room")
struct DumpRoomTests {
    let school = FakeSchool()
    let docker = FakeDocker(run: #"PATH="$here/bin:$PATH" inside "$@""#)

    private func program(_ name: String, _ script: String) {
        docker.folder.write("#!/bin/sh\n\(script)\n", to: "bin/\(name)", mode: 0o755)
    }

    private func problem(_ dataset: String, _ context: CollectionContext) async throws -> CollectingProblem? {
        do {
            let gathering = try await Collectors.collector(for: .of(dataset)).gather(context)
            gathering.release()
            return nil
        } catch let problem as CollectingProblem {
            return problem
        }
    }

    private func isEmpty(_ scratch: String) -> Bool { Folder.names(in: Array(scratch.utf8))?.isEmpty == true }

    /// Two collections of ten bytes each.
    private func context() throws -> CollectionContext {
        shell("rm -rf '\(school.sources.data)/db'")
        school.root.write("x", to: "home/core/data/db/WiredTiger")
        program(
            "mongo",
            #"""
            case "$*" in
            *list-databases*) echo '{"name":"gstudio-mongodb"}' ;;
            *) printf '%s\n' '{"name":"Nodes","options":{},"indexes":[]}' '{"name":"Triples","options":{},"indexes":[]}' ;;
            esac
            """#)
        program("mongodump", #"printf '\005\000\000\000\000\005\000\000\000\000'"#)
        program("pg_dumpall", "printf '%s\\n' '-- roles' '-- PostgreSQL database cluster dump complete'")
        var context = try school.context()
        context.container = docker.container
        // The last good one stands.
        context.lastComplete = { _ in FileTime(seconds: 1, nanoseconds: 0) }
        return context
    }

    @Test(arguments: [(20, true), (19, false), (0, false)])
    func `of the database fails as a whole, also where each collection alone would fit, and leaves nothing`(
        room: UInt64, fits: Bool
    ) async throws {
        var context = try context()
        // As staging says it, which does not know of what lies in the temporary folder.
        context.room = { room }
        let problem = try await problem("db", context)
        #expect((problem == nil) == fits)
        #expect(fits || problem?.code == .noRoom)
        #expect(fits || problem?.message.contains("there is no room here for what it writes") == true)
        #expect(isEmpty(context.scratch))
    }

    @Test(arguments: [(54, true), (53, false)])
    func `of the users fails, and leaves nothing`(room: UInt64, fits: Bool) async throws {
        var context = try context()
        context.room = { room }
        let problem = try await problem("postgres-dump", context)
        #expect((problem == nil) == fits)
        #expect(fits || problem?.code == .noRoom)
        #expect(isEmpty(context.scratch))
    }

    /// A disk of its own needs a mount.
    @Test(.enabled(if: geteuid() == 0, "mounting needs root"))
    func `on a real disk leaves its reserve untouched, also where others fill it meanwhile`() async throws {
        let disk = school.root.makeFolder("disk")
        try #require(mount("none", disk, "tmpfs", 0, "size=40m") == 0)
        // Programs that other tests start meanwhile may hold, up to their exec, what is open there.
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let free: @Sendable () -> UInt64 = {
            var facts = statvfs()
            return statvfs(disk, &facts) == 0 ? UInt64(facts.f_bavail) * UInt64(facts.f_frsize) : 0
        }
        var context = try context()
        context.scratch = disk + "/scratch"
        // 5 MB of somebody else's, once the dump has begun.
        program("pg_dumpall", "head -c 5000000 /dev/zero >'\(disk)/other'; head -c 60000000 /dev/zero")
        let seen = Seen()
        do {
            let staging = try Staging.open(
                at: disk + "/staging", identity: context.identity, options: StagingOptions(keepFree: 10 << 20))
            context.room = {
                seen.note(free())
                return (try? staging.room(for: .of("postgres-dump"))) ?? 0
            }
            #expect(try await problem("postgres-dump", context)?.code == .noRoom)
        }
        #expect(seen.free.first.map { $0 > 35 << 20 } == true)
        // It was written to, up to the reserve.
        #expect(seen.free.last.map { (10 << 20..<11 << 20).contains($0) } == true, "\(seen.free)")
        #expect(seen.free.allSatisfy { $0 >= 10 << 20 })
        #expect(isEmpty(context.scratch))
        #expect(free() > 30 << 20)
    }

    private final class Seen: Sendable {
        private let values = Mutex<[UInt64]>([])
        var free: [UInt64] { values.withLock { $0 } }
        func note(_ free: UInt64) { values.withLock { $0.append(free) } }
    }
}
