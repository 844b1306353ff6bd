import LevelTree
import Staging

/// What a collection would take of a folder that only the container has, counted from its listing: nothing is fetched.
struct InsideLook: Sendable {
    let source: InsideSource
    /// What is taken besides, on this machine. A name that is in both counts once, as the container has it.
    var beside: [Gathering.Part] = []

    /// What one look found; nil where the container has no such folder, or not the one file that is wanted.
    ///
    /// - Parameter adjust: as `SourceReport` says.
    /// - Throws: `ContainerProblem` if nothing could be asked.
    func survey(_ adjust: (Gathering) -> Gathering) async throws(ContainerProblem) -> SourceSurvey? {
        let listing: ContainerListing
        do throws(ContainerProblem) {
            listing = try await source.folder.list()
        } catch {
            guard error.meansNothingThere else { throw error }
            return nil
        }
        if source.folder.only != nil, listing.files.isEmpty { return nil }
        let judged = listing.judged(by: adjust(Gathering(parts: [source.part])).parts.first)
        var skipped = judged.skipped + listing.skipped.map { Shortfall(path: "\($0.path)", reason: $0.reason) }
        if listing.unusableNames > 0 {
            skipped.append(Shortfall(path: "", reason: "\(listing.unusableNames) files with paths that are too long"))
        }
        return SourceSurvey(
            listed: judged.files.map { ($0.path, UInt64(clamping: $0.size)) }, skipped: skipped,
            beside: adjust(Gathering(parts: beside)))
    }
}

extension ContainerListing {
    /// What a walk of the fetched folder would take, and what it would leave out and list.
    /// - Parameter part: the folder, or the one file, with what is asked for each name; nil takes nothing.
    fileprivate func judged(by part: Gathering.Part?) -> (files: [File], skipped: [Shortfall]) {
        switch part {
        case .folder(let folder): Judging(folder).run(files)
        case .some: (files, [])
        case nil: ([], [])
        }
    }
}

/// Puts to a listing the questions that a walk asks, each folder once.
private struct Judging {
    private let folder: SourceFolder
    private var entered: [RelativePath: Bool] = [:]
    private var skipped: [Shortfall] = []

    init(_ folder: SourceFolder) { self.folder = folder }

    func run(_ files: [ContainerListing.File]) -> (files: [ContainerListing.File], skipped: [Shortfall]) {
        var judging = self
        let taken = files.filter { file in
            judging.enters(file.path.parent) && judging.takes(file.path, folder.include?(file.path))
        }
        return (taken, judging.skipped)
    }

    private mutating func enters(_ path: RelativePath?) -> Bool {
        guard let path else { return true }
        if let known = entered[path] { return known }
        let enters = enters(path.parent) && takes(path, folder.enter?(path))
        entered[path] = enters
        return enters
    }

    private mutating func takes(_ path: RelativePath, _ verdict: SourceVerdict?) -> Bool {
        switch verdict {
        case .take, nil: return true
        case .skip: return false
        case .skipAndList(let reason), .wait(let reason):
            skipped.append(Shortfall(path: "\(path)", reason: reason))
            return false
        }
    }
}
