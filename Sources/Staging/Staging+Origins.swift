import LevelTree

extension Staging {
    /// The folders and files of this machine that a generation was collected from: absolute paths, as raw bytes.
    /// - Throws: `StagingError`.
    public func sources(of generation: Generation) throws -> [[UInt8]] {
        let row = try read { try GenerationTable.row(generation.sequence, $0) }
        return row?.origins.map(\.pathBytes).filter { !$0.isEmpty } ?? []
    }
}
