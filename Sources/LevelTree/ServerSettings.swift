/// The identity in a server's `server_settings.py`, read as text and never executed.
///
/// The file is Python by name, but a school's name with an apostrophe makes it invalid Python
/// (`GSTUDIO_INSTITUTE_NAME ='St. Foo's H/S'`), and nothing that a school's server holds is ever run here. The rule is
/// that of the platform's own shell scripts (gnowledge/gstudio-docker, scripts/backup.sh): the line that names the
/// variable, what follows the first `=`; but only the quotes around the value go, so that an apostrophe in a name stays.
public struct ServerSettings: Hashable, Sendable {
    /// As written; nil where the line is missing. An empty value is an empty text.
    public var serverID: String?
    public var schoolCode: String?
    public var schoolName: String?

    public init(parsing bytes: some Sequence<UInt8>) {
        for line in Array(bytes).split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            guard let (name, value) = ServerSettings.assignment(in: line) else { continue }
            switch name {
            case "GSTUDIO_INSTITUTE_ID": serverID = value
            case "GSTUDIO_INSTITUTE_ID_SECONDARY": schoolCode = value
            case "GSTUDIO_INSTITUTE_NAME": schoolName = value
            default: continue
            }
        }
    }

    private static func assignment(in line: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = String(decoding: trimmed(line[..<equals]), as: UTF8.self)
        let value = unquoted(trimmed(line[(equals + 1)...]))
        return (name, String(decoding: value, as: UTF8.self))
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return bytes[start..<end]
    }

    /// The value between its quotes. What follows the last quote (a comment, a semicolon) is left out; a value whose
    /// closing quote was cut off keeps all that is there.
    private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var value = value
        if let prefix = value.first, prefix == UInt8(ascii: "u"), let next = value.dropFirst().first,
            next == UInt8(ascii: "'") || next == UInt8(ascii: "\"")
        {
            value = value.dropFirst()
        }
        guard let quote = value.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            let end = value.firstIndex(of: UInt8(ascii: "#")) ?? value.endIndex
            return trimmed(value[..<end])
        }
        let inside = value.dropFirst()
        guard let close = inside.lastIndex(of: quote) else { return inside }
        return inside[..<close]
    }
}
