import TOMLKit

/// A TOML value as plain Swift: the only place that knows which parser reads the text.
indirect enum SettingsValue {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    /// Dates and times: nothing in our settings is one, so only that it is one matters.
    case moment
    case array([SettingsValue])
    case table([String: SettingsValue])

    /// What to call it in a message: `a text`, `an integer`.
    var kind: String {
        switch self {
        case .string: "a text"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .moment: "a date or time"
        case .array: "a list"
        case .table: "a table"
        }
    }

    /// Parses a whole TOML document.
    ///
    /// - Throws: `SettingsError` with `.syntax` and the parser's line and column.
    static func document(_ text: String, file: String) throws(SettingsError) -> [String: SettingsValue] {
        // The parser takes a C string: what follows a NUL would be ignored in silence.
        if let problem = nulProblem(in: text) {
            throw SettingsError(code: .syntax, file: file, problems: [problem])
        }
        do {
            return try members(of: TOMLTable(string: text))
        } catch let error as TOMLParseError {
            let place = error.source.begin
            throw SettingsError(
                code: .syntax, file: file,
                problems: [
                    .init(
                        location: TextPosition(line: place.line, column: place.column),
                        message: "not valid TOML: \(error.description)")
                ])
        } catch {
            throw SettingsError(
                code: .syntax, file: file, problems: [.init(location: nil, message: "not valid TOML: \(error)")])
        }
    }

    private static func nulProblem(in text: String) -> SettingsError.Problem? {
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars {
            if scalar == "\0" {
                return .init(
                    location: TextPosition(line: line, column: column),
                    message: "not valid TOML: the file holds a NUL character; was it cut by a power failure?")
            }
            column += 1
            if scalar == "\n" {
                line += 1
                column = 1
            }
        }
        return nil
    }

    private static func members(of table: TOMLTable) -> [String: SettingsValue] {
        var members: [String: SettingsValue] = [:]
        for key in table.keys {
            if let value = table[key] { members[key] = SettingsValue(value) }
        }
        return members
    }

    private init(_ value: any TOMLValueConvertible) {
        if let string = value.string {
            self = .string(string)
        } else if let boolean = value.bool {
            self = .boolean(boolean)
        } else if let integer = value.int {
            self = .integer(integer)
        } else if let number = value.double {
            self = .number(number)
        } else if let array = value.array {
            self = .array((0..<array.count).map { SettingsValue(array[$0]) })
        } else if let table = value.table {
            self = .table(Self.members(of: table))
        } else {
            self = .moment
        }
    }
}
