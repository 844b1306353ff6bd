import Testing
import Wire

@testable import StoreServer

@Suite("Memory for bodies that are read whole")
struct BodyBudgetTests {
    private struct Failure: Error {}

    private static var tight: ServiceLimits {
        var limits = ServiceLimits()
        limits.commitBytes = 10_000
        limits.wholeBodyBytes = 100_000
        return limits
    }

    private func isBusy(_ answer: CurlAnswer) -> Bool {
        answer.status == 503 && answer.problem?.type == .busy && answer.problem?.retryAfter == 10
            && answer.headers["retry-after"] == "10"
    }

    @Test("what is set aside is given back however the work ends")
    func givenBack() async throws {
        let budget = BodyBudget(bytes: 100, requestsPerInstallation: 2, retryAfter: 10)
        let machine = InstallationID("i-1")
        await #expect(throws: Failure.self) {
            try await budget.holding(100, for: machine) {
                #expect(budget.reserved == 100 && budget.requests == 1)
                throw Failure()
            }
        }
        #expect(budget.reserved == 0 && budget.requests == 0)
        let task = Task {
            try await budget.holding(100, for: machine) {
                // Ends when it is cancelled, and not before.
                for await _ in AsyncStream<Int>.makeStream().stream {}
                try Task.checkCancellation()
            }
        }
        while budget.reserved == 0 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(budget.reserved == 0 && budget.requests == 0)
    }

    @Test("no more is set aside than there is, and a machine has no more requests than its part")
    func bounded() async throws {
        let budget = BodyBudget(bytes: 100, requestsPerInstallation: 2, retryAfter: 10)
        let (one, two) = (InstallationID("i-1"), InstallationID("i-2"))
        try await budget.holding(60, for: one) {
            await #expect(throws: Problem.self) { try await budget.holding(41, for: two) {} }
            try await budget.holding(40, for: one) {
                await #expect(throws: Problem.self) { try await budget.holding(0, for: one) {} }
                try await budget.holding(0, for: two) {}
                await #expect(throws: Problem.self) { try await budget.holding(1, for: nil) {} }
                await #expect(throws: Problem.self) { try await budget.holding(.max, for: nil) {} }
                #expect(budget.reserved == 100)
            }
        }
        #expect(budget.reserved == 0)
    }

    @Test("many bodies that do not come to their end hold no more than the budget, and once they broke all is well")
    func halfSent() async throws {
        try await LiveStore.serving(limits: Self.tight) { store async throws in
            var schools: [LiveSchool] = []
            for number in 1...10 { schools.append(try await store.school("mz\(number)", code: "203900\(number)")) }
            let honest = try await store.school()
            let file = try OneFile("first")
            try await honest.bring(file.chunks)
            let begun = schools.flatMap { [$0.begunCommit(10_000), $0.begunCommit(9_999)] }
            try await HeldConnections.holding(begun, at: store) {
                try await store.until { store.bodies.reserved > 90_000 }
                #expect(store.bodies.reserved <= 100_000 && store.bodies.requests == 10)
                let wish = try file.commit(1)
                let refused = try await honest.curl(
                    "POST", "/v1/snapshots", body: WireCoding.encode(wish) + [UInt8](repeating: 0x20, count: 9000))
                #expect(isBusy(refused), "\(refused)")
                #expect(try await honest.curl("GET", "/v1/hello").status == 200, "what has no body needs no room")
            }
            try await store.until { store.bodies.reserved == 0 }
            #expect(try await honest.commit(file.commit(1)).status == 201)
            #expect(store.bodies.reserved == 0 && store.bodies.requests == 0)
        }
    }

    @Test("one machine's unfinished requests are no trouble for another")
    func oneMachine() async throws {
        try await LiveStore.serving(limits: Self.tight) { store async throws in
            let (one, other) = (try await store.school(), try await store.school("rj280", code: "3099280"))
            let file = try OneFile("first")
            for school in [one, other] { try await school.bring(file.chunks) }
            let begun = [[UInt8]](repeating: one.begunCommit(10_000), count: 20)
            try await HeldConnections.holding(begun, at: store) {
                try await store.until { store.bodies.requests == 3 }
                #expect(store.bodies.reserved == 30_000)
                #expect(isBusy(try await one.commit(file.commit(1))))
                #expect(try await other.commit(file.commit(1)).status == 201)
            }
            try await store.until { store.bodies.reserved == 0 }
            #expect(try await one.commit(file.commit(1)).status == 201)
        }
    }

    @Test("a body that does not say how long it is counts as the longest that its address takes")
    func unknownLength() async throws {
        try await LiveStore.serving { store async throws in
            let begun = head("POST /v1/enrolments", ["Transfer-Encoding: chunked"]) + Array("2\r\n{}\r\n".utf8)
            try await HeldConnections.holding([begun], at: store) {
                try await store.until { store.bodies.reserved == ServiceLimits().enrolmentBytes }
            }
            try await store.until { store.bodies.reserved == 0 }
        }
    }
}
