import Testing

@testable import CentralStore
@testable import StoreServer

@Suite("When a school was heard from")
struct ContactTests {
    @Test("a school that only said hello is noted while the service runs, not only when it ends in order")
    func hello() async throws {
        var limits = ServiceLimits()
        limits.contactNotes = .milliseconds(20)
        try await LiveStore.serving(limits: limits) { store async throws in
            let school = try await store.school()
            let enrolled = try store.heardFrom("mz150")
            #expect(try await school.curl("GET", "/v1/hello").status == 200)
            // What another process reads now is what a killed service leaves.
            try await store.until { (try? store.heardFrom("mz150")) ?? 0 > enrolled }
        }
    }
}

extension LiveStore {
    /// In milliseconds since 1970, as the catalog's file has it.
    fileprivate func heardFrom(_ school: String) throws -> Int64 {
        let catalog = try Catalog(reading: StorePaths(data: directory.path).catalog)
        defer { try? catalog.close() }
        let schools = try catalog.summaries(quietBefore: 0, contacts: [:])
        let found = schools.first { $0.identity.serverID.text == school }
        return try #require(found?.lastContact)
    }
}
