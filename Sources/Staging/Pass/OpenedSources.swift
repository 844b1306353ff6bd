import Glibc
import LevelTree

/// The parts of a gathering, each opened, or why not.
struct OpenedSources {
    private(set) var streams: [any SourceStream] = []
    private(set) var origins: [SourceOrigin] = []
    /// Parts of which nothing is there.
    private(set) var missing: [SourceProblem] = []
    /// Parts that are there and cannot be read.
    private(set) var unreadable: [SourceProblem] = []
    /// Single files that are not there, while other parts are: named, and what was there stays.
    private var missingFiles: [RelativePath] = []

    init(_ gathering: Gathering) {
        for part in gathering.parts {
            do throws(SourceProblem) {
                try open(part)
            } catch {
                if error.isMissing { missing.append(error) } else { unreadable.append(error) }
                // An unopened part keeps its number: entries taken by reference name their part.
                streams.append(AbsentPart())
                if case .file(_, let path) = part, error.isMissing { missingFiles.append(path) }
            }
        }
        // A single file that is missing beside others is one file that is missing, not a source that is.
        if missingFiles.count == missing.count, missing.count < gathering.parts.count {
            missing = []
            streams += missingFiles.sorted().map { KnownFile(.missed(reason: "is not there", isFolder: false), as: $0) }
        }
    }

    private mutating func open(_ part: Gathering.Part) throws(SourceProblem) {
        switch part {
        case .folder(let folder):
            var origin = SourceOrigin(path: folder.place.path, device: nil, under: folder.under)
            defer { origins.append(origin) }
            let walk = try SourceWalk(folder)
            origin.device = walk.device
            streams.append(walk)
        case .file(let place, let path):
            origins.append(SourceOrigin(path: place.path, device: nil, under: nil))
            streams.append(try SingleFile(at: place, as: path))
        case .text(let bytes, let path, let mode, let modified):
            origins.append(SourceOrigin(path: [], device: nil, under: nil))
            streams.append(KnownFile(text: bytes, as: path, mode: mode, modified: modified))
        case .made(let file, let path):
            origins.append(SourceOrigin(path: [], device: nil, under: nil))
            streams.append(MadeContent(file, as: path))
        case .missed(let path, let reason):
            origins.append(SourceOrigin(path: [], device: nil, under: nil))
            streams.append(KnownFile(.missed(reason: reason, isFolder: false), as: path))
        case .waiting(let place, let path, let reason):
            origins.append(SourceOrigin(path: place.path, device: nil, under: nil))
            streams.append(KnownFile(.waiting(reason: reason), as: path))
        }
    }

    /// Whether any part could be opened.
    var isAnyOpen: Bool { streams.contains { !($0 is AbsentPart) } }
}

/// A part that could not be opened.
private final class AbsentPart: SourceStream {
    let path: [UInt8] = []
    let item: SourceItem? = nil
    func advance() {}
    func open() -> Descriptor? {
        errno = ENOENT
        return nil
    }
}
