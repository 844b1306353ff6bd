import LevelTree

extension Gathering {
    /// Calls `visit` for each file that lies at the sources now, in manifest order, with its modification time. Found by
    /// the walk that a collection makes; reads no content, and passes over in silence what cannot be looked at.
    public func forEachFile(_ visit: (_ path: RelativePath, _ modified: FileTime) -> Void) {
        let sources = MergedSources(OpenedSources(self).streams)
        while let item = sources.item {
            if case .file(let status) = item, let path = try? RelativePath(sources.path) {
                visit(path, status.modified)
            }
            sources.advance()
        }
    }
}
