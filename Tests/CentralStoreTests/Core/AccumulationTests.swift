import Content
import LevelTree
import Testing
import Wire

@testable import CentralStore

struct AccumulationTests {
    private let test: TestStore
    private let school: TestSchool

    init() throws {
        test = try TestStore()
        school = try test.school()
    }

    @Test("what was once committed stays, and the same path takes the newer")
    func accumulates() throws {
        try school.commit("gstudio-logs", ["a.log": "1", "sub/b.log": "2", "sub/c.log": "3"])
        try school.commit("gstudio-logs", ["sub/b.log": "new", "z.log": "4"])
        #expect(
            try school.files("gstudio-logs") == ["a.log": "1", "sub/b.log": "new", "sub/c.log": "3", "z.log": "4"])
        try school.commit("gstudio-logs", [:])
        #expect(try school.files("gstudio-logs").count == 4)
        let last = try #require(try test.store.currentSnapshots().first)
        #expect((last.files, last.bytes) == (4, 6))
        #expect(last.effective != last.manifest)
        // Each snapshot still gives what it was.
        let history = try test.store.snapshots(school: school.server, dataset: nil, year: nil)
        #expect(try history.map { try school.files(in: $0).count } == [3, 4, 4])
    }

    @Test("a mirror shows what the source has now")
    func mirrors() throws {
        try school.commit("rcs-repo", ["a": "1", "b": "2"])
        try school.commit("rcs-repo", ["b": "3"])
        #expect(try school.files("rcs-repo") == ["b": "3"])
    }

    @Test("years do not run into each other")
    func years() throws {
        try school.commit("gstudio-logs", ["a.log": "1"], year: 2018)
        try school.commit("gstudio-logs", ["b.log": "2"], year: 2019)
        #expect(try school.files("gstudio-logs", year: 2018) == ["a.log": "1"])
        #expect(try school.files("gstudio-logs", year: 2019) == ["b.log": "2"])
    }

    @Test("a manifest that holds everything is kept as it was sent")
    func nothingOlder() throws {
        try school.commit("gstudio-logs", ["a.log": "1"])
        try school.commit("gstudio-logs", ["a.log": "1", "b.log": "2"])
        let last = try #require(try test.store.currentSnapshots().first)
        #expect(last.effective == last.manifest)
    }

    @Test(
        "where a file became a folder or a folder a file, the newer counts",
        arguments: [
            (["a": "1", "c": "x"], ["a/b": "2"], ["a/b": "2", "c": "x"]),
            (["a/b": "1", "a/c/d": "2", "a,b": "3"], ["a": "4"], ["a": "4", "a,b": "3"]),
            (["a": "1", "b": "2"], ["a/x": "3", "b/y": "4"], ["a/x": "3", "b/y": "4"]),
            (["m/a": "1", "m/b": "2"], ["a": "0", "m": "3", "z": "4"], ["a": "0", "m": "3", "z": "4"]),
        ])
    func conflicts(_ old: [String: String], _ new: [String: String], _ result: [String: String]) throws {
        try school.commit("unplatform", old)
        try school.commit("unplatform", new)
        #expect(try school.files("unplatform") == result)
    }

    @Test("a long history of many files is merged as a stream, in order, and the school owns the merged manifest")
    func many() throws {
        var expected: Set<String> = []
        for run in 0..<3 {
            let entries = try (0..<700).map { number in
                try school.entry("run\(run)/\(number % 7)/\(number).csv", [UInt8(run)], sending: number == 0)
            }
            expected.formUnion(entries.map(\.path.description))
            try school.commit("activity-timestamp-csvs", entries: entries)
        }
        #expect(try Set(school.files("activity-timestamp-csvs").keys) == expected)
        let last = try #require(try test.store.currentSnapshots().first)
        #expect(last.effective.count > 1)
        let bitmap = try test.store.missing(ids: last.effective, for: school.me)
        #expect(bitmap == MissingBitmap(count: last.effective.count))
        #expect(try test.store.school(named: "mz150").pendingBytes == 0)
        let other = try test.school("rj280", "3099280")
        #expect(try test.store.missing(ids: last.effective, for: other.me)[0])
    }

    @Test("a merge beside which the power fails changes nothing that counts")
    func interrupted() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try test.school()
        try school.commit("gstudio-logs", ["a.log": "1"])
        let request = try school.request("gstudio-logs", [school.entry("b.log", [2])])
        memory.fillUp(after: 700)
        try expectRefusal(.storeFull) { _ = try test.store.commit(request, from: school.me) }
        memory.fillUp(after: nil)
        #expect(try school.files("gstudio-logs") == ["a.log": "1"])
        _ = try test.store.commit(request, from: school.me)
        #expect(try school.files("gstudio-logs") == ["a.log": "1", "b.log": "\u{2}"])
    }
}
