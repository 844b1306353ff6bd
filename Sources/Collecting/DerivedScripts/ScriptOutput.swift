import LevelTree

/// The end of what a script printed, as lines for people.
enum ScriptOutput {
    private static let mostLines = 12
    private static let longestLine = 300

    /// Of a user that it does not know, `activity_timestamp` says so, and ends with 0.
    static func missesUser(_ output: [UInt8]) -> Bool { output.contains(Array("No User found with ".utf8)) }

    /// - Parameter output: its last `ScriptCommand.kept` bytes, or all of it.
    static func lastLines(of output: [UInt8], _ masking: Masking) -> [String] {
        var lines = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        // Cut off in front, a secret would not be known any more.
        if output.count >= ScriptCommand.kept { lines = lines.dropFirst() }
        let text = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
        return masking.apply(to: text, as: .commandLines).split(separator: UInt8(ascii: "\n"))
            .filter { line in line.contains { $0 > 0x20 } }
            .suffix(mostLines)
            .map { escapedText($0.prefix(longestLine)) }
    }
}
