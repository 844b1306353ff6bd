import LevelTree

extension Dataset {
    /// A dataset of the standard that a collector is for.
    static func of(_ name: String) -> Dataset {
        guard let dataset = Dataset(name: name) else { preconditionFailure("\(name) is no dataset of the standard") }
        return dataset
    }

    static let gitLog = of("git-commit.log")
    static let heartbeat = of("system-heartbeat")
}

extension RelativePath {
    /// A path that stands in this module's source.
    static func fixed(_ text: String) -> RelativePath {
        guard let path = try? RelativePath(text) else { preconditionFailure("\(text) is no safe path") }
        return path
    }
}
