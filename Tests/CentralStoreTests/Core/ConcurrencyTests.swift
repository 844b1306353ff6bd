import Content
import Dispatch
import LevelTree
import Synchronization
import Testing

@testable import CentralStore

struct ConcurrencyTests {
    @Test("schools that send and commit at once each get their own, and the packs tell the same afterwards")
    func atOnce() throws {
        let test = try TestStore { $0.packBytes = 100_000 }
        let schools = try (1...8).map { try test.school("mz\($0)", "203100\($0)") }
        let failures = Mutex<[String]>([])
        // Each school is used by one thread only.
        nonisolated(unsafe) let list = schools
        DispatchQueue.concurrentPerform(iterations: list.count) { index in
            do {
                for round in 0..<5 {
                    let files = ["own": "\(index) \(round)", "shared": "the same everywhere \(round)"]
                    try list[index].send([
                        noise(20_000, seed: UInt64(round + 1)), noise(3000, seed: UInt64(index + 50)),
                    ])
                    try list[index].commit(round.isMultiple(of: 2) ? "rcs-repo" : "gstudio-logs", files)
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        for (index, school) in schools.enumerated() {
            #expect(try school.files("rcs-repo") == ["own": "\(index) 4", "shared": "the same everywhere 4"])
            #expect(try school.files("gstudio-logs")["own"] == "\(index) 3")
        }
        let before = try test.dump()
        var wrong: [String] = []
        try test.store.inspectStorage { wrong.append($0) }
        #expect(wrong == [])
        test.store.close()
        try CentralStore.rebuild(at: test.dataPath)
        try test.open()
        #expect(try test.dump() == before)
    }

    @Test("who decides something about one school keeps no other school waiting")
    func apart() throws {
        let locks = SchoolLocks()
        try locks.withLock(ServerID("mz150")) {
            // On the same thread: a lock that two schools share would never be got.
            for number in 1...700 where number != 150 { try locks.withLock(ServerID("mz\(number)")) {} }
        }
    }

    @Test("of two machines with one code, one becomes the installation")
    func enrolAtOnce() throws {
        let test = try TestStore()
        let code = try test.store.addSchool(ServerID("mz150"), code: SchoolCode("2039150"), name: "")
        let outcomes = Mutex<[String]>([])
        nonisolated(unsafe) let shared = test
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            do {
                _ = try TestSchool(shared, "mz150", code)
                outcomes.withLock { $0.append("enrolled") }
            } catch {
                outcomes.withLock { $0.append("\((error as? StoreError)?.code.description ?? "?")") }
            }
        }
        #expect(outcomes.withLock { $0.sorted() } == [String](repeating: "code-used", count: 5) + ["enrolled"])
    }
}
