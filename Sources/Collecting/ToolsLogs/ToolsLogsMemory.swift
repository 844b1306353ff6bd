/// What was last good of each tool's log, by its escaped path.
struct ToolsLogsMemory: Remembered, Hashable, Sendable {
    struct Entry: Codable, Hashable, Sendable {
        /// Of the file as it was looked at last, good or not.
        var stamp: FileStamp
        var lastGood: ToolLog.State
        /// How often the platform has begun anew: 0 while it never lost what it had.
        var beginning: Int
        /// Why the file as it was looked at last is no good.
        var fault: String?
    }

    var files: [String: Entry] = [:]
}
