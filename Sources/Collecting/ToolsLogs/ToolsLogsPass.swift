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
/// | one with a record beyond all measure | as one that is no JSON |
struct ToolsLogsPass {
    let context: CollectionContext
    let scratch: ScratchFolder
    private(set) var memory: ToolsLogsMemory
    private(set) var parts: [Gathering.Part] = []
    private(set) var shortfalls: [Shortfall] = []

    private static let attempts = 3
    /// In seconds: what was written longer ago than that is not being written, and no better a moment later.
    private static let moment: Int64 = 60

    init(_ context: CollectionContext, memory: ToolsLogsMemory, scratch: ScratchFolder) {
        self.context = context
        self.memory = memory
        self.scratch = scratch
    }

    mutating func take(_ path: RelativePath, at place: SourcePlace) async throws(CollectingProblem) {
        let known = memory.files[escapedText(path.bytes)]
        for attempt in 1...ToolsLogsPass.attempts {
            switch try look(at: place, known) {
            case .gone: return
            case .unchanged(let known): return repeatFault(known, path)
            case .unreadable(let reason):
                return parts.append(.missed(ToolsLogsPass.name(path, known?.beginning ?? 0), reason: reason))
            case .good(let log, let stamp, let file): return keep(log, stamp, file, path, known)
            case .faulty(let fault, let stamp, let isChanging):
                // What it is by now may be good again: it is not that which is remembered as no good.
                guard attempt < ToolsLogsPass.attempts, isChanging || isFresh(stamp) else {
                    return keepLastGood(path, place, fault, stamp, known)
                }
            }
            try? await pause(for: .milliseconds(200))
        }
    }

    private enum Look {
        /// Since it was listed: what accumulated of it stays.
        case gone
        case unchanged(ToolsLogsMemory.Entry)
        case unreadable(String)
        case good(ToolLog, FileStamp, MadeFile)
        /// Its stamp is from before it was read.
        case faulty(ToolLogReader.Fault, FileStamp, isChanging: Bool)
    }

    private func look(at place: SourcePlace, _ known: ToolsLogsMemory.Entry?) throws(CollectingProblem) -> Look {
        let log: ToolLogFile
        do throws(SourceProblem) {
            log = try ToolLogFile(place)
        } catch {
            return error.isMissing ? .gone : .unreadable(error.message)
        }
        let stamp = log.stamp
        if let known, known.stamp == stamp { return .unchanged(known) }
        let name = "\(parts.count)"
        let copy = try scratch.create(name, for: "a copy of a tool's log")
        defer { close(copy) }
        let content = try log.read(after: known?.lastGood, copyingTo: copy)
        // Written while it was read: that is no state of the file.
        let isChanging = log.stamp != stamp
        if case .good(let content) = content, !isChanging {
            let file = MadeFile(path: "\(scratch.path)/\(name)", mode: log.mode, modified: stamp.modified)
            return .good(content, stamp, file)
        }
        unlink("\(scratch.path)/\(name)")
        switch content {
        case .unreadable(let reason): return .unreadable(reason)
        case .good: return .faulty(.noWholeArray, stamp, isChanging: true)
        case .faulty(let fault): return .faulty(fault, stamp, isChanging: isChanging)
        }
    }

    private func isFresh(_ stamp: FileStamp) -> Bool {
        stamp.modified.seconds > context.machineNow.seconds - ToolsLogsPass.moment
    }

    private mutating func keep(
        _ log: ToolLog, _ stamp: FileStamp, _ file: MadeFile, _ path: RelativePath, _ known: ToolsLogsMemory.Entry?
    ) {
        var beginning = known?.beginning ?? 0
        if let known, !log.continues {
            beginning += 1
            shortfalls.append(
                Shortfall(
                    path: escapedText(path.bytes),
                    reason:
                        "lost records: it had \(known.lastGood.count) and has \(log.state.count) others or fewer; what it "
                        + "had stays, and what it has now is kept as \(ToolsLogsPass.name(path, beginning))"))
        }
        memory.files[escapedText(path.bytes)] = ToolsLogsMemory.Entry(
            stamp: stamp, lastGood: log.state, beginning: beginning)
        parts.append(.made(file, as: ToolsLogsPass.name(path, beginning)))
    }

    /// `157501-policesquad.json.anew-1`: consumers take names that end in `.json`.
    private static func name(_ path: RelativePath, _ beginning: Int) -> RelativePath {
        guard beginning > 0, let name = try? RelativePath(path.bytes + Array(".anew-\(beginning)".utf8)) else {
            return path
        }
        return name
    }

    private mutating func keepLastGood(
        _ path: RelativePath, _ place: SourcePlace, _ fault: ToolLogReader.Fault, _ stamp: FileStamp,
        _ known: ToolsLogsMemory.Entry?
    ) {
        guard var known else {
            // Nothing better was ever seen of it.
            parts.append(.file(at: place, as: path))
            return
        }
        known.stamp = stamp
        known.fault =
            switch fault {
            case .noWholeArray where stamp.size == 0:
                "is empty, and had \(known.lastGood.count) records: what it had stays"
            case .noWholeArray:
                "is no whole JSON, as in the middle of being written or after a power cut: what it had stays"
            case .longRecord:
                "has a record of more than \(ToolLogReader.longestRecord >> 20) MiB, which no tool writes: what it had "
                    + "stays; look what wrote it"
            }
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
}
