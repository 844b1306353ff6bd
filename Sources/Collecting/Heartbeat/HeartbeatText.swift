import LevelTree

/// The text of one heartbeat: sections as the field's script has written them (domain facts, 3.2), so that one reader
/// understands both.
struct HeartbeatText {
    private(set) var bytes: [UInt8] = []

    /// Between two sections: a blank, an empty line, 84 dashes and a blank, two empty lines.
    private static let separator = " \n\n" + String(repeating: "-", count: 84) + " \n\n\n"

    mutating func add(_ title: String, _ content: [UInt8]) {
        bytes += "Info-msg : \(title). \n\n".utf8 + content
        if content.last != UInt8(ascii: "\n") { bytes += "\n".utf8 }
        bytes += HeartbeatText.separator.utf8
    }

    mutating func add(_ title: String, _ content: String) { add(title, Array(content.utf8)) }
}
