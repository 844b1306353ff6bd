/// Plain columns, divided by two spaces, for standard output: no lines, no colours, so that `awk` and people can read
/// them alike. Cells are escaped for the terminal.
public struct TextTable: Sendable {
    public enum Alignment: Sendable { case left, right }

    private let headings: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// - Parameter columns: headings with the side that their cells lean to (numbers lean right).
    public init(_ columns: [(heading: String, alignment: Alignment)]) {
        headings = columns.map(\.heading)
        alignments = columns.map(\.alignment)
    }

    /// All columns lean left.
    public init(_ headings: [String]) {
        self.init(headings.map { ($0, .left) })
    }

    /// - Parameter cells: missing ones are left empty; surplus ones are a programming error.
    public mutating func append(_ cells: [String]) {
        precondition(cells.count <= headings.count, "a row with more cells than the table has columns")
        let missing = repeatElement("", count: headings.count - cells.count)
        rows.append(cells.map(TerminalText.escaped) + missing)
    }

    public var isEmpty: Bool { rows.isEmpty }

    /// One line per row, headings first, each ended by a newline; no spaces at the ends of lines.
    public func rendered() -> String {
        let lines = [headings] + rows
        let widths = headings.indices.map { column in lines.map { TerminalText.width($0[column]) }.max() ?? 0 }
        return lines.map { line($0, widths) + "\n" }.joined()
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            if column > 0 { text += "  " }
            let padding = String(repeating: " ", count: widths[column] - TerminalText.width(cell))
            text += alignments[column] == .left ? cell + padding : padding + cell
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}
