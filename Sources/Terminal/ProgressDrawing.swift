/// How a reading looks: pure text, no terminal.
public enum ProgressDrawing {
    private static let barColumns = 24

    /// One line for a terminal that is so many columns wide; what does not fit is left out from the right.
    public static func bar(_ reading: ProgressReading, columns: Int) -> String {
        var parts = [TerminalText.escaped(reading.title)]
        if let fraction = reading.fraction {
            parts.append(gauge(fraction) + " " + percent(fraction))
        }
        parts += facts(reading)
        // The last column stays free: some terminals wrap when it is written.
        var limit = max(columns - 1, 0)
        var line = TerminalText.fitted(parts[0], columns: limit)
        limit -= TerminalText.width(line)
        for part in parts.dropFirst() {
            let width = TerminalText.width(part) + 2
            if width > limit { break }
            line += "  " + part
            limit -= width
        }
        return line
    }

    /// One line for a journal or a file.
    public static func line(_ reading: ProgressReading) -> String {
        let percentage = reading.fraction.map { [percent($0).drop(while: { $0 == " " })].map(String.init) } ?? []
        return TerminalText.escaped(reading.title) + ": " + (percentage + facts(reading)).joined(separator: ", ")
    }

    private static func facts(_ reading: ProgressReading) -> [String] {
        var facts: [String] = []
        let total = reading.total
        if reading.done.files > 0 || (total?.files ?? 0) > 0 {
            facts.append(of(ByteText.grouped(reading.done.files), total?.files, ByteText.grouped) + " files")
        }
        if reading.done.bytes > 0 || (total?.bytes ?? 0) > 0 {
            facts.append(of(ByteText.size(reading.done.bytes), total?.bytes, ByteText.size))
            if let rate = reading.bytesPerSecond { facts.append(ByteText.rate(rate)) }
        }
        if let left = reading.timeLeft {
            facts.append(DurationText.short(rounded(left)) + " left")
        } else if reading.elapsed >= .seconds(1) {
            facts.append(DurationText.short(rounded(reading.elapsed)))
        }
        return facts
    }

    private static func of<Number: BinaryInteger>(
        _ done: String, _ total: Number?, _ text: (Number) -> String
    ) -> String {
        guard let total, total > 0 else { return done }
        return "\(done) of \(text(total))"
    }

    /// Tenths of seconds would only flicker.
    private static func rounded(_ duration: Duration) -> Duration {
        .seconds(max(1, duration.components.seconds))
    }

    private static func gauge(_ fraction: Double) -> String {
        let filled = Int(fraction * Double(barColumns))
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: barColumns - filled) + "]"
    }

    /// Rounded down: 100% is said when all is done, not before.
    private static func percent(_ fraction: Double) -> String {
        let text = String(Int(fraction * 100))
        return String(repeating: " ", count: max(0, 3 - text.count)) + text + "%"
    }
}
