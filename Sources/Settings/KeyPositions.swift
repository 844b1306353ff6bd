/// Where each key and each value stands in a TOML text.
///
/// The parser tells a line and column only for syntax errors, so a wrong key or value is found again here. The
/// text has been parsed already: this scanner may trust it to be TOML and needs no errors of its own; on a text
/// that is not TOML it stops somewhere, and never fails.
///
/// A path is the list of key parts from the root; an element of a list adds its index as a decimal text.
struct KeyPositions {
    private(set) var keys: [[String]: TextPosition] = [:]
    private(set) var values: [[String]: TextPosition] = [:]

    init(_ text: String) {
        var scanner = KeyScanner(text)
        scanner.scanDocument()
        keys = scanner.keys
        values = scanner.values
    }

    /// The place of a key, or of the nearest enclosing one (a dotted key opens tables that have no line of their own).
    func key(_ path: [String]) -> TextPosition? {
        var path = path[...]
        while !path.isEmpty {
            if let found = keys[Array(path)] { return found }
            path = path.dropLast()
        }
        return nil
    }

    /// The place of a value; the key's where the value has none of its own (tables).
    func value(_ path: [String]) -> TextPosition? { values[path] ?? key(path) }
}
