import Content
import Dispatch
import LevelTree
import Testing
import Wire

@testable import CentralStore
@testable import StoreServer

@Suite("A school whose commit is stuck")
struct CommitLaneTests {
    @Test("one school's stuck commits keep neither another's commit nor an enrolment from being answered")
    func stuck() async throws {
        try await LiveStore.serving { store async throws in
            let (stuck, other) = (try await store.school(), try await store.school("rj280", code: "3099280"))
            let file = try OneFile("first")
            for school in [stuck, other] { try await school.bring(file.chunks) }
            let wish = try file.commit(1)
            let code = try await store.addSchool("ct7", code: "2200007")
            let gate = DispatchSemaphore(value: 0)
            let held: Task<Void, any Error> = try await Self.hold(ServerID("mz150"), of: store, until: gate)
            try await withThrowingTaskGroup(of: CurlAnswer.self) { group in
                for _ in 0..<6 { group.addTask { try await stuck.commit(wish) } }
                for _ in 0..<5 {
                    let answer = try #require(try await group.next())
                    #expect(answer.status == 503 && answer.problem?.type == .busy, "\(answer)")
                    #expect(answer.headers["retry-after"] != nil)
                }
                #expect(try await other.commit(wish).status == 201)
                let enrolment = try LiveSchool.enrolment(code, .random(), id: "ct7", code: "2200007")
                #expect(
                    try await store.curl("POST", "/v1/enrolments", body: WireCoding.encode(enrolment)).status == 201)
                gate.signal()
                #expect(try await group.next()?.status == 201, "and it is done once it can be")
            }
            try await held.value
            #expect(try await stuck.commit(wish).status == 201, "the next one is let in")
        }
    }

    @Test("enrolments that wait for their school leave room for others, and commits are answered")
    func stuckEnrolments() async throws {
        try await LiveStore.serving { store async throws in
            let other = try await store.school("rj280", code: "3099280")
            let file = try OneFile("first")
            try await other.bring(file.chunks)
            let (code, another) = (try await store.addSchool(), try await store.addSchool("ct7", code: "2200007"))
            let gate = DispatchSemaphore(value: 0)
            let held = try await Self.hold(ServerID("mz150"), of: store, until: gate)
            let wish = try WireCoding.encode(LiveSchool.enrolment(code, .random()))
            try await withThrowingTaskGroup(of: CurlAnswer.self) { group in
                for _ in 0..<5 { group.addTask { try await store.curl("POST", "/v1/enrolments", body: wish) } }
                for _ in 0..<4 {
                    let answer = try #require(try await group.next())
                    #expect(answer.status == 503 && answer.problem?.type == .busy, "\(answer)")
                }
                let enrolment = try LiveSchool.enrolment(another, .random(), id: "ct7", code: "2200007")
                #expect(
                    try await store.curl("POST", "/v1/enrolments", body: WireCoding.encode(enrolment)).status == 201)
                #expect(try await other.commit(file.commit(1)).status == 201)
                gate.signal()
                #expect(try await group.next()?.status == 201)
            }
            try await held.value
        }
    }

    /// Returns once no decision about the school can be taken, which lasts until the gate is opened.
    private static func hold(
        _ school: ServerID, of store: LiveStore, until gate: DispatchSemaphore
    ) async throws -> Task<Void, any Error> {
        let (holds, hold) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await aside {
                try store.core.schoolLocks.withLock(school) {
                    hold.finish()
                    gate.wait()
                }
            }
        }
        for await _ in holds {}
        return task
    }
}
