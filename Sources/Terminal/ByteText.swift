/// Sizes and rates as people read them, made without ICU: `1.4 MB`, `162 MB`, `512 kB/s`.
///
/// Units are decimal (1 kB is 1000 bytes), as in the figures of the documentation; settings take binary ones too.
public enum ByteText {
    private static let units = ["kB", "MB", "GB", "TB", "PB", "EB"]

    /// One decimal below 100 of a unit, none above.
    public static func size(_ bytes: UInt64) -> String {
        if bytes < 1000 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
        var unit = 0
        var divisor: UInt64 = 1000
        // A value that would be rounded up to "1000 kB" belongs to the next unit.
        while unit + 1 < units.count, bytes >= divisor * 1000 - divisor / 2 {
            unit += 1
            divisor *= 1000
        }
        let whole = bytes / divisor
        let rest = bytes % divisor
        let tenths = whole * 10 + (rest + divisor / 20) / (divisor / 10)
        if tenths < 1000 { return "\(tenths / 10).\(tenths % 10) \(units[unit])" }
        return "\(rest >= divisor / 2 ? whole + 1 : whole) \(units[unit])"
    }

    /// - Parameter bytesPerSecond: negative and non-finite values count as 0.
    public static func rate(_ bytesPerSecond: Double) -> String {
        guard bytesPerSecond.isFinite, bytesPerSecond > 0 else { return "0 bytes/s" }
        return size(UInt64(min(bytesPerSecond.rounded(), 1e18))) + "/s"
    }

    /// A count with the word that belongs to it: `1 file`, `12,877 files`.
    public static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(grouped(number)) \(number == 1 ? singular : plural ?? singular + "s")"
    }

    /// `12877` as `12,877`.
    public static func grouped(_ number: Int) -> String {
        var text = ""
        for (position, digit) in String(number.magnitude).reversed().enumerated() {
            if position > 0, position % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }
}
