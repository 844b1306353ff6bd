/// Reading sizes, rates and times as people write them: `"40 GiB"`, `"512 KiB/s"`, `"2h 30min"`.
///
/// A number may have a fraction; the blank before the unit may be missing. Nothing is guessed: a number without
/// a unit is refused, since nobody can tell bytes from kilobytes by looking.
enum Quantity {
    static let sizeExample = "\"40 GiB\""
    static let rateExample = "\"512 KiB/s\""
    static let durationExample = "\"90s\" or \"2h\""

    /// Bytes; nil when the text is not a size, or is above what 63 bits hold.
    static func size(_ text: String) -> UInt64? {
        guard let (number, unit) = split(Substring(text)), let scale = sizeUnits[unit] else { return nil }
        return bounded(number * scale)
    }

    /// Bytes a second.
    static func rate(_ text: String) -> UInt64? {
        var trimmed = text[...]
        while trimmed.last == " " { trimmed.removeLast() }
        guard trimmed.hasSuffix("/s") else { return nil }
        return size(String(trimmed.dropLast(2)))
    }

    /// A length of time; several parts add up (`1h 30min`).
    static func duration(_ text: String) -> Duration? {
        var rest = trimming(text[...])
        guard !rest.isEmpty else { return nil }
        var seconds = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumberPart }
            let afterDigits = trimming(rest.dropFirst(digits.count))
            let unit = afterDigits.prefix { $0.isLetter }
            guard let number = Double(digits), let scale = timeUnits[String(unit)] else { return nil }
            seconds += number * scale
            rest = trimming(afterDigits.dropFirst(unit.count))
        }
        guard seconds < 1e9 else { return nil }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private static let sizeUnits: [String: Double] = [
        "B": 1,
        "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
        "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
    ]

    private static let timeUnits: [String: Double] = [
        "ms": 0.001,
        "s": 1, "sec": 1, "second": 1, "seconds": 1,
        "m": 60, "min": 60, "minute": 60, "minutes": 60,
        "h": 3600, "hour": 3600, "hours": 3600,
        "d": 86400, "day": 86400, "days": 86400,
    ]

    private static func split(_ text: Substring) -> (number: Double, unit: String)? {
        let text = trimming(text)
        let digits = text.prefix { $0.isNumberPart }
        let unit = trimming(text.dropFirst(digits.count))
        guard let number = Double(digits) else { return nil }
        return (number, String(unit))
    }

    private static func bounded(_ number: Double) -> UInt64? {
        number < 9.2e18 ? UInt64(number.rounded()) : nil
    }

    private static func trimming(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension Character {
    fileprivate var isNumberPart: Bool { self == "." || ("0"..."9").contains(self) }
}
