import Glibc
import LevelTree
import Settings
import Staging
import Synchronization
import Testing

@testable import Collecting

/// Logs are rotated while they are collected: at a moment that the follower itself makes known by asking for something.
@Suite("Logs that are rotated in the middle of a collection")
struct LogRotationTests {
    let site = LogSite()

    /// Whether a collection before has read the first lines already, and when the rotation happens.
    struct Case: Sendable, CustomTestStringConvertible {
        let isKnown: Bool
        let moment: LogSite.Moment
        var testDescription: String { "\(moment), \(isKnown ? "known" : "new")" }

        static let all = [true, false].flatMap { isKnown in
            [.listed, .seen, .opened, .reading].map { Case(isKnown: isKnown, moment: $0) }
        }
    }

    /// In the middle of a log there is only one that is longer than what is read between two looks at the disk.
    private func count(_ rotation: Case) -> Int { rotation.moment == .reading ? 90_000 : 300 }

    private func lines(_ numbers: ClosedRange<Int>) -> String { numbers.map { LogSite.access($0) }.joined() }

    /// What a collection has read before, and what is new.
    private func begin(_ rotation: Case) async throws -> Int {
        let count = count(rotation)
        site.write(lines(1...100), to: "access.log")
        if rotation.isKnown { try await site.collect() }
        site.append(lines(101...count), to: "access.log")
        return count
    }

    private func expectLines(to last: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        let found = site.lines("access")
        let isRight = found == (1...last).map { String(LogSite.access($0).dropLast()) }
        #expect(isRight, "\(found.count) of \(last) lines", sourceLocation: sourceLocation)
        #expect(site.shortfalls.isEmpty, sourceLocation: sourceLocation)
    }

    private func collectTwice() async throws {
        for _ in 0..<2 {
            try await site.collect()
            #expect(site.shortfalls.isEmpty)
        }
    }

    @Test(arguments: Case.all)
    func `by rename, give each line once`(rotation: Case) async throws {
        let count = try await begin(rotation)
        let new = lines(count + 1...count + 50)
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.rename("access.log", "access.log.1")
                logs.append(new, to: "access.log")
            }
        ])
        try await collectTwice()
        expectLines(to: count + 50)
    }

    @Test(arguments: Case.all)
    func `by rename to .old, give each line once`(rotation: Case) async throws {
        let count = try await begin(rotation)
        let new = lines(count + 1...count + 50)
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.rename("access.log", "access.log.old")
                logs.append(new, to: "access.log")
            }
        ])
        try await collectTwice()
        expectLines(to: count + 50)
    }

    /// `compress` without `delaycompress`: gzip writes beside the renamed log, and removes that at the end.
    @Test(arguments: Case.all, [false, true])
    func `by rename and compression that ends later, give each line once`(
        rotation: Case, isFinishedAtOnce: Bool
    ) async throws {
        let count = try await begin(rotation)
        let new = lines(count + 1...count + 50)
        let packed = try await site.compressed(site.content("access.log"))
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.rename("access.log", "access.log.1")
                logs.append(new, to: "access.log")
                logs.write(Array(packed.prefix(packed.count / 2)), to: "access.log.1.gz")
                if isFinishedAtOnce { logs.finish(packed, "access.log.1") }
            }
        ])
        if !isFinishedAtOnce { site.logs.finish(packed, "access.log.1") }
        try await collectTwice()
        expectLines(to: count + 50)
    }

    /// gzip ends while another file is read: the renamed log was seen, and is gone when it is to be opened.
    @Test(arguments: [true, false])
    func `and compressed before they are opened, give each line once`(isKnown: Bool) async throws {
        let count = try await begin(Case(isKnown: isKnown, moment: .seen))
        site.logs.rename("access.log", "access.log.1")
        site.append(lines(count + 1...count + 50), to: "access.log")
        let packed = try await site.compressed(site.content("access.log.1"))
        try await site.collect(at: [.seen: { $0.finish(packed, "access.log.1") }])
        try await collectTwice()
        expectLines(to: count + 50)
    }

    @Test(arguments: Case.all)
    func `by copying and truncating, give each line once`(rotation: Case) async throws {
        let count = try await begin(rotation)
        let all = Array(site.content("access.log").utf8)
        let new = lines(count + 1...count + 50)
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.write(all, to: "access.log.1")
                logs.truncate("access.log")
                logs.append(new, to: "access.log")
            }
        ])
        try await collectTwice()
        expectLines(to: count + 50)
    }

    /// The emptied log is soon as long as it was, so that its length does not tell.
    @Test(arguments: Case.all)
    func `by copying and truncating, and written as long again, give each line once`(rotation: Case) async throws {
        let count = try await begin(rotation)
        let all = Array(site.content("access.log").utf8)
        let new = lines(count + 1...2 * count + 10)
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.write(all, to: "access.log.1")
                logs.truncate("access.log")
                logs.append(new, to: "access.log")
            }
        ])
        try await collectTwice()
        expectLines(to: 2 * count + 10)
    }

    @Test(arguments: Case.all)
    func `by a copy that is only begun, give each line once`(rotation: Case) async throws {
        let count = try await begin(rotation)
        let all = Array(site.content("access.log").utf8)
        try await site.collect(at: [rotation.moment: { $0.write(Array(all.prefix(all.count / 2)), to: "access.log.1") }]
        )
        site.logs.write(all, to: "access.log.1")
        site.logs.truncate("access.log")
        site.append(lines(count + 1...count + 50), to: "access.log")
        try await collectTwice()
        expectLines(to: count + 50)
    }

    /// The copy was seen when it was empty, half there or whole; the log is emptied before it is read.
    @Test(arguments: Case.all.filter { $0.moment != .reading }, [0, 50, 100])
    func `by a copy that ends under the reader's hands, give each line once`(
        rotation: Case, percent: Int
    ) async throws {
        let count = try await begin(rotation)
        let all = Array(site.content("access.log").utf8)
        site.logs.write(Array(all.prefix(all.count * percent / 100)), to: "access.log.1")
        let new = lines(count + 1...count + 50)
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.write(all, to: "access.log.1")
                logs.truncate("access.log")
                logs.append(new, to: "access.log")
            }
        ])
        try await collectTwice()
        expectLines(to: count + 50)
    }

    /// The platform's own way: nginx is told to reopen its log before the rename, and so writes on into `.1` until the next
    /// time.
    @Test(arguments: Case.all)
    func `by a rename that the server is not told of, give each line once`(rotation: Case) async throws {
        let count = try await begin(rotation)
        let more = lines(count + 1...count + 50)
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.rename("access.log", "access.log.1")
                logs.append("", to: "access.log")
                logs.append(more, to: "access.log.1")
            }
        ])
        site.append(lines(count + 51...count + 60), to: "access.log.1")
        try await collectTwice()
        // Told at last, in the middle of a collection.
        let (last, first) = (lines(count + 61...count + 70), lines(count + 71...count + 80))
        try await site.collect(at: [
            rotation.moment == .reading ? .opened : rotation.moment: { logs in
                logs.append(last, to: "access.log.1")
                logs.append(first, to: "access.log")
            }
        ])
        try await collectTwice()
        expectLines(to: count + 80)
    }

    @Test(arguments: Case.all)
    func `by truncation alone, give each line that is left once, and say so`(rotation: Case) async throws {
        let count = try await begin(rotation)
        let new = lines(count + 1...2 * count)
        try await site.collect(at: [
            rotation.moment: { logs in
                logs.truncate("access.log")
                logs.append(new, to: "access.log")
            }
        ])
        var said = site.shortfalls
        for _ in 0..<2 {
            try await site.collect()
            said += site.shortfalls
        }
        let found = site.lines("access")
        let taken = max(0, found.count - count)
        let expected = Array(0..<taken).map { $0 + 1 } + Array(count + 1...2 * count)
        let isRight = found == expected.map { String(LogSite.access($0).dropLast()) }
        #expect(isRight, "\(found.count) lines")
        // Of a log that no collection had read yet, nothing tells that it held more.
        let isReadBefore = rotation.isKnown || rotation.moment == .reading
        #expect(said.map { $0.prefix(26) } == (isReadBefore ? ["access.log: was truncated "] : []))
    }

    @Test func `are open one at a time, however many they are`() async throws {
        for number in 1...60 { site.write(LogSite.access(number), to: "access.log.\(100 - number)") }
        let folder = site.logs.folder
        let most = Mutex(0)
        try await site.collect(
            whenAsked: { _ in most.withLock { $0 = max($0, openFiles(in: folder)) } })
        expectLines(to: 60)
        #expect(most.withLock { $0 } == 1)
    }
}

/// How many descriptors this process has of files in a folder, however many it has of others.
private func openFiles(in folder: String) -> Int {
    guard let descriptors = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(descriptors) }
    var found = 0
    while let entry = readdir(descriptors) {
        var buffer = [CChar](repeating: 0, count: 4096)
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        let count = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
        let target = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        if target.starts(with: Array("\(folder)/".utf8)) { found += 1 }
    }
    return found
}
