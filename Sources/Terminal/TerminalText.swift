/// Text from schools, file names and servers, made harmless for a terminal and measured in its columns.
public enum TerminalText {
    /// The same text with everything that could move the cursor, start an escape sequence, break the line or reorder
    /// what is read shown as `\xNN` or `\u{…}`. What is already escaped this way stays as it is, and so do the joiners
    /// that Indian scripts need.
    public static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Columns that the text takes: combining marks take none. Wide East Asian characters are counted as one; the
    /// tables of this project hold none.
    public static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    /// The text cut to so many columns, ending in `…` if anything was cut.
    public static func fitted(_ text: String, columns limit: Int) -> String {
        guard width(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = ""
        var used = 0
        for scalar in text.unicodeScalars {
            used += columns(of: scalar)
            if used > limit - 1 { break }
            result.unicodeScalars.append(scalar)
        }
        return result + "…"
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: 0
        default: 1
        }
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true  // C0, DEL and C1: escape sequences, newlines, carriage returns
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true  // direction of writing
        case 0x2028, 0x2029, 0xFEFF, 0xFFF9...0xFFFB: true  // separators of lines, marks without width
        case 0xE0000...0xE007F: true  // tags: text that nobody sees
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        if scalar.value < 0x100 { return "\\x" + (digits.count == 1 ? "0" : "") + digits }
        return "\\u{\(digits)}"
    }
}
