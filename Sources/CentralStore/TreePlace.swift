import LevelTree

/// Where a dataset of a school and year stands in the LEVEL tree.
struct TreePlace: Hashable, Sendable {
    /// LEVEL 0 to the folder that holds the dataset: `2018/mz/2039150-mz150/gstudio`.
    let parent: RelativePath
    /// The dataset's folder, or its files, in there.
    let names: [[UInt8]]
    let isFolder: Bool

    init(_ snapshot: SnapshotRecord) throws {
        try self.init(snapshot.dataset, of: snapshot.school, directory: snapshot.directory, year: snapshot.year)
    }

    init(_ dataset: Dataset, of school: ServerID, directory: String, year: Year) throws {
        let levelTwo = try Self.levelTwo(of: school, directory: directory, year: year)
        switch dataset.shape {
        case .folder(let folder):
            let whole = try levelTwo.appending(folder)
            // LEVEL 2 has three components, so a path below it has a parent.
            parent = whole.parent ?? levelTwo
            names = [Array(whole.lastComponent)]
            isFolder = true
        case .files(let folder, let files):
            parent = try levelTwo.appending(folder)
            names = files.map(\.bytes)
            isFolder = false
        }
    }

    /// `2018/mz/2039150-mz150`; the folder's name is given, because a code may have been corrected since.
    static func levelTwo(of school: ServerID, directory: String, year: Year) throws -> RelativePath {
        guard let state = school.state else {
            throw StoreError(
                .unusable,
                "the server id \(school) begins with no state's letters (mz, rj, ct, tg), so it has no place in the tree"
            )
        }
        return try RelativePath("\(year)/\(state.rawValue)").appending(component: directory.utf8)
    }

    /// The paths that this dataset may take in the tree.
    var paths: [RelativePath] {
        get throws { try names.map { try parent.appending(component: $0) } }
    }
}
