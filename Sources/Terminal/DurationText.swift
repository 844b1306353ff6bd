/// Spans of time as people read them, made without ICU: `0.4 s`, `45 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`.
public enum DurationText {
    /// The two largest units; tenths of a second below ten seconds. Negative spans count as nothing.
    public static func short(_ duration: Duration) -> String {
        let parts = duration.components
        guard parts.seconds >= 0, duration > .zero else { return "0 s" }
        if parts.seconds < 10 {
            let tenths = (parts.attoseconds + 50_000_000_000_000_000) / 100_000_000_000_000_000
            let total = parts.seconds * 10 + tenths
            if total < 100 { return total % 10 == 0 ? "\(total / 10) s" : "\(total / 10).\(total % 10) s" }
        }
        return wholeSeconds(parts.seconds + (parts.attoseconds >= 500_000_000_000_000_000 ? 1 : 0))
    }

    private static func wholeSeconds(_ seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3_600: pair(seconds / 60, "min", seconds % 60, "s")
        case ..<86_400: pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min")
        default: pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h")
        }
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }
}
