import LevelTree

/// What was found wrong so far, and where things stand in the text.
final class SettingsProblems {
    let positions: KeyPositions
    private var found: [SettingsError.Problem] = []

    init(positions: KeyPositions) { self.positions = positions }

    func report(at location: TextPosition?, _ message: String) {
        found.append(.init(location: location, message: message))
    }

    /// - Throws: everything reported, in the order of the file; nothing if there is nothing.
    func throwIfAny(file: String) throws(SettingsError) {
        guard !found.isEmpty else { return }
        let end = TextPosition(line: .max, column: 0)
        let sorted = found.sorted { ($0.location ?? end) < ($1.location ?? end) }
        throw SettingsError(code: .invalid, file: file, problems: sorted)
    }
}

/// Reads one table strictly: what is asked for is known, everything else is reported by `finish`.
struct TableReader {
    /// A value that was given, and where it stands.
    struct Given {
        let location: TextPosition?
        let value: SettingsValue
        /// `budget in [staging]`, for the beginning of a message.
        let name: String
    }

    let path: [String]
    let problems: SettingsProblems
    private let members: [String: SettingsValue]
    private var known: Set<String> = []
    private var knownTables: Set<String> = []

    init(_ members: [String: SettingsValue], path: [String], problems: SettingsProblems) {
        self.members = members
        self.path = path
        self.problems = problems
    }

    /// `[collect.heartbeat]`; the file itself for the root.
    var title: String { path.isEmpty ? "the file" : Self.header(path) }

    var isEmpty: Bool { members.isEmpty }

    // MARK: Asking for keys

    mutating func given(_ key: String) -> Given? {
        known.insert(key)
        guard let value = members[key] else { return nil }
        return Given(
            location: problems.positions.value(path + [key]), value: value,
            name: path.isEmpty ? key : "\(key) in \(title)")
    }

    /// A text that `convert` understands. `expected` reads on after "must be": `a size such as "40 GiB"`.
    mutating func text<Value>(_ key: String, _ expected: String, _ convert: (String) -> Value?) -> Value? {
        guard let given = given(key) else { return nil }
        guard case .string(let text) = given.value else {
            problems.report(at: given.location, "\(given.name) must be \(expected), not \(given.value.kind)")
            return nil
        }
        guard let value = convert(text) else {
            problems.report(
                at: given.location, "\(given.name) is \"\(escapedText(text.utf8))\"; it must be \(expected)")
            return nil
        }
        return value
    }

    /// A text whose own type says what is wrong with it.
    mutating func text<Value>(_ key: String, _ expected: String, checked convert: (String) throws -> Value) -> Value? {
        guard let given = given(key) else { return nil }
        guard case .string(let text) = given.value else {
            problems.report(at: given.location, "\(given.name) must be \(expected), not \(given.value.kind)")
            return nil
        }
        do {
            return try convert(text)
        } catch {
            problems.report(at: given.location, "\(given.name): \(error)")
            return nil
        }
    }

    mutating func boolean(_ key: String) -> Bool? {
        guard let given = given(key) else { return nil }
        if case .boolean(let value) = given.value { return value }
        problems.report(at: given.location, "\(given.name) must be true or false, not \(given.value.kind)")
        return nil
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let given = given(key) else { return nil }
        if case .integer(let value) = given.value, range.contains(value) { return value }
        let found = if case .integer(let value) = given.value { String(value) } else { given.value.kind }
        problems.report(
            at: given.location,
            "\(given.name) must be an integer from \(range.lowerBound) to \(range.upperBound), not \(found)")
        return nil
    }

    /// A list of texts that `convert` understands; wrong elements are reported one by one.
    mutating func texts<Value>(_ key: String, of expected: String, _ convert: (String) -> Value?) -> [Value]? {
        guard let given = given(key) else { return nil }
        guard case .array(let elements) = given.value else {
            problems.report(at: given.location, "\(given.name) must be a list of \(expected), not \(given.value.kind)")
            return nil
        }
        return elements.enumerated().compactMap { number, element in
            if case .string(let text) = element, let value = convert(text) { return value }
            let found = if case .string(let text) = element { "\"\(escapedText(text.utf8))\"" } else { element.kind }
            problems.report(
                at: problems.positions.value(path + [key, String(number)]),
                "\(given.name) must be a list of \(expected); \(found) is none")
            return nil
        }
    }

    /// The table under `key`; empty when it is not there.
    mutating func table(_ key: String) -> TableReader {
        let below = path + [key]
        knownTables.insert(key)
        guard let given = given(key) else { return TableReader([:], path: below, problems: problems) }
        guard case .table(let members) = given.value else {
            let header = Self.header(below)
            problems.report(
                at: problems.positions.key(below),
                "\(given.name) must be a table, not \(given.value.kind): write \(header) on a line of its own "
                    + "and its keys below")
            return TableReader([:], path: below, problems: problems)
        }
        return TableReader(members, path: below, problems: problems)
    }

    /// The keys that are there, in the order of the file.
    var keysInOrder: [String] {
        let end = TextPosition(line: .max, column: 0)
        return members.keys.sorted {
            (problems.positions.key(path + [$0]) ?? end, $0) < (problems.positions.key(path + [$1]) ?? end, $1)
        }
    }

    // MARK: Refusing the rest

    /// Reports every key that nobody asked for.
    ///
    /// - Parameter hint: a better place for a key, if one is known: `"rate" under [upload]`.
    func finish(hint: (String) -> String? = { _ in nil }) {
        for key in members.keys where !known.contains(key) {
            let place = problems.positions.key(path + [key])
            var message = "unknown \(subject(key))"
            if let hint = hint(key) {
                message += "; did you mean \(hint)?"
            } else if let nearest = nearestName(to: key, among: known.sorted()) {
                message +=
                    "; did you mean \(knownTables.contains(nearest) ? Self.header(path + [nearest]) : "\"\(nearest)\"")?"
            } else if !known.isEmpty {
                message += path.isEmpty ? "; known at the top are " : "; known are "
                message += known.sorted().joined(separator: ", ")
            }
            problems.report(at: place, message)
        }
    }

    private func subject(_ key: String) -> String {
        if case .table? = members[key] { return "table \(Self.header(path + [key]))" }
        return "key \"\(escapedText(key.utf8))\" in \(title)"
    }

    /// A table's path as its header is written, quoted where TOML needs it.
    static func header(_ path: [String]) -> String { "[\(path.map(written).joined(separator: "."))]" }

    private static func written(_ key: String) -> String {
        let isBare =
            !key.isEmpty
            && key.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isBare ? key : "\"\(escapedText(key.utf8))\""
    }
}
