import Foundation
import Testing
import Wire

@testable import StoreServer

/// What a school told of itself, as the operator reads it.
@Suite("The status of one school")
struct SchoolStatusTests {
    /// The store's clock is the machine's.
    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    private func report(ahead: Int64 = 0, _ errors: [String] = []) throws -> [UInt8] {
        try WireCoding.encode(
            Report(version: "1.2.3", freeBytes: 12_000_000_000, clock: Self.now + ahead, errors: errors))
    }

    @Test("shows version, free disk, how far the clock is off, and each error on a line; the store's names the school")
    func shown() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let data = store.directory.path
            let before = try await BuiltStore.run("status", "mz150", "--data", data)
            #expect(before.status == 0 && before.output.contains("report     none"), "\(before)")
            #expect(try await !BuiltStore.run("status", "--data", data).output.contains("errors"))
            // A clock that holds Indian time and is read as UTC.
            let errors = ["not collected: db: run printf '\\n'", "media: partial: a\u{1B}[2J"]
            let body = try report(ahead: 19_830_000, errors)
            #expect(try await school.curl("POST", "/v1/reports", body: body).status == 204)
            let text = try await BuiltStore.run("status", "mz150", "--data", data).output
            #expect(text.contains("state      enrolled as i-"))
            #expect(text.contains(", version 1.2.3, 12.0 GB free, clock 5 h 30 min ahead\n"), "\(text)")
            #expect(
                text.hasSuffix("error      not collected: db: run printf '\\n'\nerror      media: partial: a\\x1B[2J\n")
            )
            #expect(try await BuiltStore.run("status", "--data", data).output.contains("errors     told by mz150: "))
        }
    }

    @Test("has the latest report only, also for programs, and says so when a clock is right, or behind")
    func latest() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let data = store.directory.path
            for ahead: Int64 in [-90_000_000, 0] {
                _ = try await school.curl("POST", "/v1/reports", body: report(ahead: ahead, ahead < 0 ? ["one"] : []))
                let text = try await BuiltStore.run("status", "mz150", "--data", data).output
                #expect(
                    text.contains(ahead < 0 ? "clock 1 d 1 h behind\nerror      one\n" : "clock right\n"), "\(text)")
            }
            let json = try await BuiltStore.run("status", "mz150", "--json", "--data", data).output
            let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            let report = try #require(object?["report"] as? [String: Any])
            #expect(report["version"] as? String == "1.2.3" && report["free_bytes"] as? Int == 12_000_000_000)
            #expect(report["errors"] as? [String] == [])
            #expect(abs(try #require(object?["clock_ahead"] as? Int)) < 60_000)
            #expect(object?["reported"] as? Int != nil)
        }
    }

    @Test("of a clock that no machine has is shown all the same; a school that is none ends with 64")
    func odd() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let data = store.directory.path
            let odd = Report(version: "1", freeBytes: .max, clock: .min, errors: [])
            _ = try await school.curl("POST", "/v1/reports", body: WireCoding.encode(odd))
            let shown = try await BuiltStore.run("status", "mz150", "--data", data)
            #expect(shown.status == 0 && shown.output.contains("clock far off"), "\(shown)")
            let none = try await BuiltStore.run("status", "mz999", "--data", data)
            #expect(none.status == 64 && none.errors.contains("school list"))
        }
    }
}
