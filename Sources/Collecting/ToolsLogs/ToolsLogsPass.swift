import Glibc
import LevelTree
import Staging

/// Reads the tools' logs that have changed, and takes those that are good.
///
/// | the file is | what becomes of it |
/// |---|---|
/// | as it was | nothing; what was staged of it stays |
/// | a JSON array that holds what it held, and perhaps more | it takes the last good one's place |
/// | a JSON array that lost records | the last good one stays; this one is kept as `<name>.anew-1`, and grows there |
/// | empty or no JSON, and still so after a moment | the last good one stays, marked stale |
/// | the same, and never was good | taken as it is found |
struct ToolsLogsPass {
    let context: CollectionContext
    let scratch: ScratchFolder
    private(set) var memory: ToolsLogsMemory
    private(set) var parts: [Gathering.Part] = []
    private(set) var shortfalls: [Shortfall] = []

    /// A pupil's whole log is some kilobytes; beyond this a file is taken as it is found.
    private static let largest = 16 << 20
    private static let attempts = 3

    init(_ context: CollectionContext, memory: ToolsLogsMemory, scratch: ScratchFolder) {
        self.context = context
        self.memory = memory
        self.scratch = scratch
    }

    mutating func take(_ path: RelativePath, at place: SourcePlace) async throws(CollectingProblem) {
        let key = escapedText(path.bytes)
        let known = memory.files[key]
        for attempt in 1...ToolsLogsPass.attempts {
            guard let sight = Sight(place) else { return }
            if let known, sight.isUnchanged(known) { return repeatFault(known, path) }
            guard let bytes = try? SmallFile.read(place, limit: ToolsLogsPass.largest) else {
                return miss(path, "cannot be read, or is longer than any tool's log")
            }
            // Written while it was read: that is no state of the file.
            guard let log = ToolLog(bytes), Sight(place) == sight else {
                if attempt < ToolsLogsPass.attempts { try? await Task.sleep(for: .milliseconds(200)) }
                continue
            }
            return try keep(bytes, log, path, sight, known)
        }
        try keepLastGood(path, place, known)
    }

    private mutating func keep(
        _ bytes: [UInt8], _ log: ToolLog, _ path: RelativePath, _ sight: Sight, _ known: ToolsLogsMemory.Entry?
    ) throws(CollectingProblem) {
        var beginning = known?.beginning ?? 0
        if let known, !log.continues(count: known.count, name: known.name) {
            beginning += 1
            shortfalls.append(
                Shortfall(
                    path: escapedText(path.bytes),
                    reason:
                        "lost records: it had \(known.count) and has \(log.count) others or fewer; what it had stays, "
                        + "and what it has now is kept as \(ToolsLogsPass.name(path, beginning))"))
        }
        memory.files[escapedText(path.bytes)] = sight.entry(
            count: log.count, name: log.name(ofFirst: log.count), beginning: beginning)
        try declare(bytes, as: ToolsLogsPass.name(path, beginning), sight)
    }

    /// `157501-policesquad.json.anew-1`: consumers take names that end in `.json`.
    private static func name(_ path: RelativePath, _ beginning: Int) -> RelativePath {
        guard beginning > 0, let name = try? RelativePath(path.bytes + Array(".anew-\(beginning)".utf8)) else {
            return path
        }
        return name
    }

    private mutating func keepLastGood(
        _ path: RelativePath, _ place: SourcePlace, _ known: ToolsLogsMemory.Entry?
    ) throws(CollectingProblem) {
        guard let sight = Sight(place) else { return }
        guard var known else {
            // Nothing better was ever seen of it.
            parts.append(.file(at: place, as: path))
            return
        }
        let fault =
            sight.size == 0
            ? "is empty, and had \(known.count) records: what it had stays"
            : "is no whole JSON, as in the middle of being written or after a power cut: what it had stays"
        known = sight.entry(count: known.count, name: known.name, beginning: known.beginning)
        known.fault = fault
        memory.files[escapedText(path.bytes)] = known
        repeatFault(known, path)
    }

    /// As long as the file is no good, the pass is partial.
    private mutating func repeatFault(_ known: ToolsLogsMemory.Entry, _ path: RelativePath) {
        guard let fault = known.fault else { return }
        parts.append(.missed(ToolsLogsPass.name(path, known.beginning), reason: fault))
    }

    private mutating func miss(_ path: RelativePath, _ reason: String) { parts.append(.missed(path, reason: reason)) }

    /// What was looked at is what is staged, whatever is written meanwhile.
    private mutating func declare(_ bytes: [UInt8], as path: RelativePath, _ sight: Sight) throws(CollectingProblem) {
        let name = "\(parts.count)"
        try scratch.write(bytes, to: name)
        parts.append(
            .made(MadeFile(path: "\(scratch.path)/\(name)", mode: sight.mode, modified: sight.modifiedTime), as: path))
    }
}

/// What `stat` says of one log.
private struct Sight: Equatable {
    let size: Int64
    let modifiedTime: FileTime
    let changed: Int64
    let inode: UInt64
    let mode: UInt16

    init?(_ place: SourcePlace) {
        guard let file = try? place.openDescriptor(.file) else { return nil }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return nil }
        size = Int64(facts.st_size)
        modifiedTime = FileTime(seconds: Int64(facts.st_mtim.tv_sec), nanoseconds: Int32(facts.st_mtim.tv_nsec))
        changed = Int64(facts.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(facts.st_ctim.tv_nsec)
        inode = UInt64(facts.st_ino)
        mode = UInt16(facts.st_mode & 0o777)
    }

    private var modified: Int64 { modifiedTime.seconds &* 1_000_000_000 &+ Int64(modifiedTime.nanoseconds) }

    func isUnchanged(_ entry: ToolsLogsMemory.Entry) -> Bool {
        entry.size == size && entry.modified == modified && entry.changed == changed && entry.inode == inode
    }

    func entry(count: Int, name: String, beginning: Int) -> ToolsLogsMemory.Entry {
        ToolsLogsMemory.Entry(
            size: size, modified: modified, changed: changed, inode: inode, count: count, name: name,
            beginning: beginning)
    }
}
