/// `POST /v1/reports`: small facts that belong to no dataset.
public struct Report: Codable, Hashable, Sendable {
    public static let maximumErrors = 50
    /// Of one error, in bytes of UTF-8: a store takes 64 KiB in all.
    public static let maximumErrorBytes = 1000

    /// The school program's version.
    public var version: String
    /// Of the staging directory's filesystem, in bytes.
    public var freeBytes: UInt64
    /// The school's clock, in milliseconds since 1970.
    public var clock: Int64
    /// The last errors as sentences; at most `maximumErrors`.
    public var errors: [String]

    enum CodingKeys: String, CodingKey {
        case version
        case freeBytes = "free_bytes"
        case clock, errors
    }

    public init(version: String, freeBytes: UInt64, clock: Int64, errors: [String]) {
        self.version = version
        self.freeBytes = freeBytes
        self.clock = clock
        self.errors = errors
    }

    /// The same with so many errors, and so long ones, as a store takes; each on one line. The last one then counts
    /// what is left out.
    public func bounded() -> Report {
        var report = self
        if errors.count > Report.maximumErrors {
            let rest = errors.count - Report.maximumErrors + 1
            report.errors = errors.prefix(Report.maximumErrors - 1) + ["and \(rest) more"]
        }
        report.errors = report.errors.map(Report.bounded)
        return report
    }

    private static func bounded(_ sentence: String) -> String {
        let end = sentence.utf8.count <= maximumErrorBytes ? "" : "…"
        var text = ""
        var length = end.utf8.count
        for scalar in sentence.unicodeScalars {
            // A control character would be six bytes in JSON.
            let shown: Unicode.Scalar = scalar.value < 0x20 || scalar.value == 0x7f ? " " : scalar
            length += UTF8.width(shown)
            guard length <= maximumErrorBytes else { break }
            text.unicodeScalars.append(shown)
        }
        return text + end
    }
}
