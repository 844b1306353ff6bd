import Glibc
import LevelTree
import Settings
import Staging
import Testing

@testable import Collecting

/// A school whose platform's jobs write now, with a container and a staging directory.
final class HalfSetsSite: Sendable {
    let docker = FakeDocker(
        inspect: #"[ -e "$here/stopped" ] && echo false false false || echo true false false"#,
        top: #"[ -e "$here/top" ] || exit 9; . "$here/top""#)
    private let school = FakeSchool()

    init() {
        for folder in [HalfSetsTests.progress, HalfSetsTests.activity, "qbank", "postgres-dump"] {
            shell("find '\(school.sources.data)/\(folder)' -type f -delete")
        }
    }

    /// - Parameter age: in seconds before `now`.
    func write(_ path: String, _ content: String, age: Int64) { put(Array(content.utf8), at: path, age: age) }

    func put(_ bytes: [UInt8], at path: String, age: Int64) {
        let full = school.root.write("", to: "home/core/data/\(path)")
        let file = open(full, O_WRONLY)
        defer { close(file) }
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        #expect(count == bytes.count)
        // As far into the second as the pass's own moment, so that ages are whole seconds.
        let time = timespec(tv_sec: Int(HalfSetsTests.now - age), tv_nsec: 5)
        futimens(file, [time, time])
    }

    /// From now on, this runs in the container.
    func runs(_ line: String) {
        docker.folder.write("printf '%s\\n' 'PID COMMAND' '1 /sbin/init' '77 \(line)'", to: "top")
    }

    private func context(later: Int64 = 0, isTrusted: Bool = true, excluding: [String] = []) throws -> CollectionContext
    {
        var context = try school.context(isClockTrusted: isTrusted, at: HalfSetsTests.now + later)
        context.container = docker.container
        let patterns = try ExcludePatterns(excluding)
        context.excluded = { _ in patterns }
        return context
    }

    /// - Parameter isSettled: whether a run of ours has just made it.
    func gathering(_ dataset: String, excluding: [String] = [], isSettled: Bool = false) async throws -> Gathering {
        var context = try context(excluding: excluding)
        if isSettled { context.settled = [.of(dataset)] }
        return try await Collectors.collector(for: .of(dataset)).gather(context)
    }

    /// What a collection would take, make wait and miss.
    func gather(_ dataset: String) async throws -> (taken: [String], waiting: [String], missed: [String]) {
        var taken: [String] = []
        let survey = SourceSurvey(of: try await gathering(dataset)) { path, _ in taken.append("\(path)") }
        return (taken, survey.skipped.map(\.path), survey.missed.map(\.path))
    }

    // MARK: With staging

    func collect(_ name: String, later: Int64 = 0, isTrusted: Bool = true) async throws -> CollectionResult {
        let dataset = Dataset.of(name)
        var context = try context(later: later, isTrusted: isTrusted)
        let staging = try Staging.open(
            at: school.root.path + "/staging", identity: context.identity, options: StagingOptions(keepFree: 0))
        context.memory = { try? staging.memory(of: $0) }
        let gathering = try await Collectors.collector(for: dataset).gather(context)
        defer { gathering.release() }
        return try staging.collect(
            dataset, year: try Year(2018), gathering: gathering,
            clock: CollectionClock(
                startedMilliseconds: context.now.seconds * 1000, bootSeconds: 1, isTrusted: isTrusted))
    }

    private static let tree = "staging/tree/2018/mz/2039150-mz150/gstudio"

    func staged(_ dataset: String, _ path: String) -> String { school.root.read("\(Self.tree)/\(dataset)/\(path)") }

    /// Of a dataset that is one file.
    func stagedBytes(_ dataset: String) -> [UInt8]? {
        // Shown as a link.
        Folder.resolved(Array("\(school.root.path)/\(Self.tree)/\(dataset)".utf8)).flatMap {
            try? SmallFile.read($0, limit: 1 << 20)
        }
    }
}

extension CollectionResult {
    var generation: Generation? {
        switch ending {
        case .published(let generation), .unchanged(let generation): generation
        case .held, .waiting, .failed: nil
        }
    }
}

/// Archives as the platform's script packs them, and as a power cut leaves them.
enum Archive {
    private static func packed(_ commands: String) -> [UInt8] {
        let folder = TemporaryFolder()
        shell("cd '\(folder.path)' && mkdir -p mongo-dump/assessment && \(commands)")
        return (try? SmallFile.read("\(folder.path)/out", limit: 1 << 20)) ?? []
    }

    private static let fill = "head -c 100000 /dev/urandom >mongo-dump/assessment/Item.bson"

    static let whole = packed("\(fill) && tar -czf out mongo-dump")
    private static let ofText = packed("head -c 5000 /dev/zero | tr '\\0' x | gzip >out")
    private static let ofCutTar = packed("\(fill) && tar -cf whole mongo-dump && head -c 51200 whole | gzip >out")

    enum Spoiled: CaseIterable, Sendable {
        case cut, withoutTrailer, withAnotherSum, withAnotherLength, empty, packedByNothing, ofNoTar, ofCutTar

        var bytes: [UInt8] {
            switch self {
            case .cut: Array(whole.prefix(whole.count / 2))
            case .withoutTrailer: Array(whole.dropLast(8))
            case .withAnotherSum: changed(at: 8)
            case .withAnotherLength: changed(at: 4)
            case .empty: []
            case .packedByNothing: Array("no gzip".utf8)
            case .ofNoTar: ofText
            case .ofCutTar: Archive.ofCutTar
            }
        }

        var fault: String {
            switch self {
            case .cut, .withoutTrailer: "is cut or damaged (unexpected end of file)"
            case .withAnotherSum: "is cut or damaged (incorrect data check)"
            case .withAnotherLength: "is cut or damaged (incorrect length check)"
            case .empty, .packedByNothing: "is no gzip file"
            case .ofNoTar: "holds no tar archive"
            case .ofCutTar: "holds a tar archive that lacks its end"
            }
        }
    }

    /// RFC 1952: the checksum is in the last eight bytes, the length in the last four.
    private static func changed(at fromEnd: Int) -> [UInt8] {
        var bytes = whole
        bytes[bytes.count - fromEnd] ^= 1
        return bytes
    }
}
