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

    /// A pupil's whole log is some kilobytes; a file beyond this is missed by name, and its last good one stays.
    private static let largest = 16 << 20
    private static let attempts = 3
    /// In seconds: what was written longer ago than that is not being written, and no better a moment later.
    private static let moment: Int64 = 60

    init(_ context: CollectionContext, memory: ToolsLogsMemory, scratch: ScratchFolder) {
        self.context = context
        self.memory = memory
        self.scratch = scratch
    }

    mutating func take(_ path: RelativePath, at place: SourcePlace) async throws(CollectingProblem) {
        let key = escapedText(path.bytes)
        let known = memory.files[key]
        for attempt in 1...ToolsLogsPass.attempts {
            let sight: Sight
            let bytes: [UInt8]
            do {
                sight = try Sight(place)
                if let known, sight.isUnchanged(known) { return repeatFault(known, path) }
                bytes = try SmallFile.read(place, limit: ToolsLogsPass.largest)
            } catch let problem as SourceProblem {
                return miss(path, known, problem.isMissing ? nil : problem.message)
            } catch {
                return miss(path, known, (error as? SmallFile.Problem)?.isAbsent == true ? nil : "\(error)")
            }
            // Written while it was read: that is no state of the file.
            let isSame = (try? Sight(place)) == sight
            if isSame, let log = ToolLog(bytes) { return try keep(bytes, log, path, sight, known) }
            // What it is by now may be good again: it is not that which is remembered as no good.
            guard attempt < ToolsLogsPass.attempts, !isSame || isFresh(sight) else {
                return keepLastGood(path, place, sight, known)
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func isFresh(_ sight: Sight) -> Bool {
        sight.modifiedTime.seconds > context.now.seconds - ToolsLogsPass.moment
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
        _ path: RelativePath, _ place: SourcePlace, _ sight: Sight, _ known: ToolsLogsMemory.Entry?
    ) {
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

    /// The log whose last good content was staged under this name and is all there still.
    static func source(of name: RelativePath, in memory: ToolsLogsMemory) -> RelativePath? {
        let mark = Array(".anew-".utf8)
        let end = name.bytes.indices.last { name.bytes[$0...].starts(with: mark) } ?? name.bytes.endIndex
        return [name.bytes, Array(name.bytes[..<end])].lazy.compactMap { try? RelativePath($0) }.first { path in
            guard let known = memory.files[escapedText(path.bytes)], known.fault == nil else { return false }
            return ToolsLogsPass.name(path, known.beginning) == name
        }
    }

    /// As long as the file is no good, the pass is partial.
    private mutating func repeatFault(_ known: ToolsLogsMemory.Entry, _ path: RelativePath) {
        guard let fault = known.fault else { return }
        parts.append(.missed(ToolsLogsPass.name(path, known.beginning), reason: fault))
    }

    /// - Parameter reason: nil for a file that is gone since it was listed: what accumulated of it stays.
    private mutating func miss(_ path: RelativePath, _ known: ToolsLogsMemory.Entry?, _ reason: String?) {
        guard let reason else { return }
        parts.append(.missed(ToolsLogsPass.name(path, known?.beginning ?? 0), reason: reason))
    }

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

    init(_ place: SourcePlace) throws(SourceProblem) {
        let file = try place.openDescriptor(.file)
        defer { close(file) }
        var facts = stat()
        // Of an open file it cannot fail; what it then said would be no state that is known.
        _ = fstat(file, &facts)
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
