import LevelTree

/// The states' list of schools, as they keep it: `;`-separated, first line
/// `Sr. No.;School Name;Full CLIx School Code;Server id`.
public struct SchoolList: Sendable {
    public struct Line: Sendable, Codable, Hashable {
        /// Counts from 1, the heading being 1.
        public let number: Int
        public let serverID: ServerID
        public let schoolCode: SchoolCode
        public let schoolName: String
    }

    public let lines: [Line]

    /// Reads a whole list; nothing of it is used unless all of it can be.
    ///
    /// Columns may stand in any order; a byte-order mark, CRLF, quoted fields and empty lines are taken as they come
    /// from spreadsheets. Throws `StoreServerError` (bad argument) naming every bad line, twenty at most.
    public init(parsing bytes: [UInt8], named file: String) throws {
        let unreadable = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .filter { String(validating: $0.element, as: UTF8.self) == nil }
            .map { "line \($0.offset + 1): is not UTF-8 text" }
        guard unreadable.isEmpty else {
            throw Self.refusal(of: file, unreadable, hint: "Save the list again, as CSV with the character set UTF-8.")
        }
        var rows = try Self.rows(of: String(decoding: bytes, as: UTF8.self), file)
        guard let heading = rows.first else { throw StoreServerError(.badArgument, "\(file) is empty.") }
        let columns = try Columns(heading.fields, file)
        rows.removeFirst()
        var lines: [Line] = []
        var problems: [String] = []
        var firstSeen: [ServerID: Int] = [:]
        for row in rows where !row.fields.allSatisfy(\.isEmpty) {
            do {
                let line = try columns.line(row.fields, number: row.number)
                if let earlier = firstSeen.updateValue(row.number, forKey: line.serverID) {
                    problems.append("line \(row.number): \(line.serverID) is also in line \(earlier)")
                }
                lines.append(line)
            } catch {
                problems.append("line \(row.number): \(error)")
            }
        }
        guard problems.isEmpty else { throw Self.refusal(of: file, problems) }
        self.lines = lines
    }

    private static func refusal(of file: String, _ problems: [String], hint: String? = nil) -> StoreServerError {
        let more = problems.count > 20 ? ["and \(problems.count - 20) more"] : []
        let listed = (problems.prefix(20) + more).joined(separator: "\n  ")
        let end = hint.map { "\n\($0)" } ?? ""
        return StoreServerError(.badArgument, "\(file) was not imported, not even in part:\n  \(listed)\(end)")
    }

    /// The same from a file.
    public init(readingFrom path: String) throws {
        try self.init(parsing: PrivateFile.read(path, limit: ControlMessage.requestLimit / 4), named: path)
    }

    private struct Columns {
        let name: Int
        let code: Int
        let id: Int

        private static let heading = "Sr. No.;School Name;Full CLIx School Code;Server id"

        init(_ heading: [String], _ file: String) throws {
            if heading.count == 1, heading[0].contains(",") || heading[0].contains("\t") {
                throw StoreServerError(
                    .badArgument,
                    "\(file): the columns are not separated by ; (semicolons), but must be. The first line is: "
                        + Self.heading)
            }
            func find(_ wanted: String) throws -> Int {
                let position = heading.firstIndex { $0.lowercased() == wanted.lowercased() }
                guard let position else {
                    throw StoreServerError(
                        .badArgument,
                        "\(file): the first line has no column '\(wanted)'. It must be: \(Self.heading)")
                }
                return position
            }
            name = try find("School Name")
            code = try find("Full CLIx School Code")
            id = try find("Server id")
        }

        func line(_ fields: [String], number: Int) throws -> Line {
            guard fields.count > max(name, code, id) else {
                throw StoreServerError(
                    .badArgument, "has \(Counted.text(fields.count, "field")), fewer than the heading")
            }
            let identity = SchoolIdentity(
                serverID: try ServerID(fields[id].lowercased()), schoolCode: try SchoolCode(listed: fields[code]),
                schoolName: fields[name])
            try identity.requireConfigured()
            guard identity.serverID.state != nil else {
                throw StoreServerError(
                    .badArgument, "\(identity.serverID) begins with no state's letters (mz, rj, ct, tg)")
            }
            return Line(
                number: number, serverID: identity.serverID, schoolCode: identity.schoolCode,
                schoolName: identity.schoolName)
        }
    }

    private static func rows(of text: String, _ file: String) throws -> [(number: Int, fields: [String])] {
        var rows: [(Int, [String])] = []
        var lineNumber = 1
        var rowNumber = 1
        var fields: [String] = []
        var field = String.UnicodeScalarView()
        var isQuoted = false
        func endField() {
            fields.append(trimmed(field))
            field.removeAll()
        }
        func endRow() {
            endField()
            if !(fields.count == 1 && fields[0].isEmpty) { rows.append((rowNumber, fields)) }
            fields = []
        }
        for scalar in text.unicodeScalars where scalar != "\u{FEFF}" && scalar != "\r" {
            if scalar == "\n" { lineNumber += 1 }
            switch scalar {
            case "\"" where isQuoted || field.isEmpty: isQuoted.toggle()
            case ";" where !isQuoted: endField()
            case "\n" where !isQuoted:
                endRow()
                rowNumber = lineNumber
            default: field.append(scalar)
            }
        }
        guard !isQuoted else {
            throw StoreServerError(
                .badArgument, "\(file):\(rowNumber): a quotation mark is opened here and never closed.")
        }
        endRow()
        return rows
    }

    private static func trimmed(_ scalars: String.UnicodeScalarView) -> String {
        let isBlank = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" || scalar == "\u{A0}" }
        var slice = scalars[...]
        while let first = slice.first, isBlank(first) { slice.removeFirst() }
        while let last = slice.last, isBlank(last) { slice.removeLast() }
        return String(slice)
    }
}
