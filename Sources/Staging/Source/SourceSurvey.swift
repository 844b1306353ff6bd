import LevelTree

/// What the sources of a gathering hold at this moment: counted by the walk that a collection makes, without reading any
/// content and without touching staging. For `check` and `sources`.
public struct SourceSurvey: Sendable {
    public private(set) var files: UInt64 = 0
    /// The files' sizes added up.
    public private(set) var bytes: UInt64 = 0
    /// What a collection would leave out on purpose; the first 1,000 of `skippedCount`.
    public private(set) var skipped: [Shortfall] = []
    public private(set) var skippedCount: UInt64 = 0
    /// How many of `skippedCount` only wait for a later pass.
    public private(set) var waitingCount: UInt64 = 0
    /// What a collection could not read; the first 1,000 of `missedCount`.
    public private(set) var missed: [Shortfall] = []
    public private(set) var missedCount: UInt64 = 0

    private static let longestList = 1000

    /// - Parameter visit: called for each file, in manifest order, with its size.
    public init(of gathering: Gathering, visit: (RelativePath, UInt64) -> Void = { _, _ in }) {
        var streams: [any SourceStream] = []
        for part in gathering.parts {
            do throws(SourceProblem) {
                streams.append(try SourceSurvey.stream(part))
            } catch {
                miss("", error.message)
            }
        }
        let sources = MergedSources(streams)
        while let item = sources.item {
            take(item, at: sources.path, visit)
            sources.advance()
        }
    }

    /// Of a folder that is not on this machine, as somebody else has listed it, and of what is taken besides.
    /// - Parameters:
    ///   - listed: its files with their sizes, each path once.
    ///   - skipped: what of it is left out.
    ///   - beside: of these sources, names that are listed do not count again.
    public init(listed: [(path: RelativePath, size: UInt64)], skipped: [Shortfall], beside: Gathering) {
        let names = Set(listed.map(\.path))
        var (files, bytes) = (UInt64(listed.count), listed.reduce(0) { $0 + $1.size })
        self.init(of: beside) { path, size in
            guard !names.contains(path) else { return }
            files += 1
            bytes += size
        }
        (self.files, self.bytes) = (files, bytes)
        for one in skipped { skip(one.path, one.reason) }
    }

    private static func stream(_ part: Gathering.Part) throws(SourceProblem) -> any SourceStream {
        switch part {
        case .folder(let folder): try SourceWalk(folder)
        case .file(let place, let path): try SingleFile(at: place, as: path)
        case .text(let bytes, let path, let mode, let modified):
            KnownFile(text: bytes, as: path, mode: mode, modified: modified)
        case .made(let file, let path): MadeContent(file, as: path)
        case .missed(let path, let reason): KnownFile(.missed(reason: reason, isFolder: false), as: path)
        case .waiting(_, let path, let reason): KnownFile(.waiting(reason: reason), as: path)
        }
    }

    private mutating func take(
        _ item: SourceItem, at path: [UInt8], _ visit: (RelativePath, UInt64) -> Void
    ) {
        switch item {
        case .file(let status): count(path, status.size, visit)
        case .text(let text, _, _): count(path, UInt64(text.count), visit)
        case .made(_, let status): count(path, status?.size ?? 0, visit)
        case .skipped(let reason): skip(escapedText(path), reason)
        case .waiting(let reason):
            waitingCount += 1
            skip(escapedText(path), reason)
        case .missed(let reason, _): miss(escapedText(path), reason)
        }
    }

    private mutating func count(
        _ path: [UInt8], _ size: UInt64, _ visit: (RelativePath, UInt64) -> Void
    ) {
        guard let path = try? RelativePath(path) else { return miss(escapedText(path), "has a path that is too long") }
        files += 1
        bytes += size
        visit(path, size)
    }

    private mutating func skip(_ path: String, _ reason: String) {
        skippedCount += 1
        if skipped.count < SourceSurvey.longestList { skipped.append(Shortfall(path: path, reason: reason)) }
    }

    private mutating func miss(_ path: String, _ reason: String) {
        missedCount += 1
        if missed.count < SourceSurvey.longestList { missed.append(Shortfall(path: path, reason: reason)) }
    }
}
