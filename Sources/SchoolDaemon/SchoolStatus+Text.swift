import Staging
import Terminal
import Wire

extension DiskUse.Collecting {
    /// What stands still for want of room, as a clause; nil: nothing.
    var stopped: String? {
        switch self {
        case .all: nil
        case .small: "large collections wait"
        case .nothing: "collecting has stopped"
        }
    }
}

extension SchoolStatus {
    /// For programs: one JSON object.
    public var json: String {
        get throws { String(decoding: try WireCoding.encode(self), as: UTF8.self) }
    }

    /// For people: all in one line; a table with one line for each dataset and year; and what matters beside it.
    public var text: String {
        var table = TextTable([
            ("DATASET", .left), ("YEAR", .left), ("COLLECTED", .left), ("OUTCOME", .left), ("FILES", .right),
            ("SIZE", .right), ("RECEIPT", .left), ("WAITING", .right),
        ])
        for row in datasets { table.append(Self.cells(row)) }
        let head = table.isEmpty ? "Nothing has been collected yet: clix-collectd collect\n" : table.rendered()
        return TerminalText.escaped(summary) + "\n\n" + head + "\n"
            + facts.map { TerminalText.escaped($0) + "\n" }.joined()
    }

    private static func cells(_ row: DatasetStatus) -> [String] {
        [
            row.dataset, row.year.map(String.init) ?? "-", row.collected.map(short) ?? "never", outcome(row),
            row.files.map { ByteText.grouped(Int(clamping: $0)) } ?? "-", row.bytes.map(ByteText.size) ?? "-",
            row.receipt.map { short($0.received) } ?? "none", row.waiting == 0 ? "-" : ByteText.size(row.waiting),
        ]
    }

    /// The outcome of what stands, and what became of a newer attempt.
    private static func outcome(_ row: DatasetStatus) -> String {
        guard let attempt = row.lastAttempt, attempt.ending != row.outcome else { return row.outcome ?? "-" }
        return [row.outcome, "then \(attempt.ending)"].compactMap { $0 }.joined(separator: ", ")
    }

    /// `2018-08-16 15:30` of `2018-08-16T15:30:00+05:30`.
    static func short(_ time: String) -> String {
        String(time.prefix(16)).replacing("T", with: " ")
    }

    private var facts: [String] {
        var facts = ["school   \(serverID), code \(schoolCode.isEmpty ? "none" : schoolCode), \(named)"]
        if let identityProblem { facts.append("TO DO    \(identityProblem)") }
        facts += errors.map { "error    \($0)" }
        if let installation = store.installation {
            facts.append("store    \(store.address ?? "no address is set"), enrolled as \(installation)")
        } else {
            facts.append("store    not enrolled: clix-collectd enroll\(store.address.map { " (\($0))" } ?? "")")
        }
        facts.append("link     \(linkText)")
        if let held = upload.held { facts.append("upload   \(held)") }
        let limit = upload.monthlyLimit.map { " of \(ByteText.size($0))" } ?? ""
        facts.append("traffic  \(ByteText.size(upload.monthBytes))\(limit) sent and received this month")
        let full = disk.collecting.stopped.map { "; \($0) until there is room" } ?? ""
        facts.append(
            "disk     \(ByteText.size(disk.used)) of \(ByteText.size(disk.budget)) used, "
                + "\(ByteText.size(disk.free)) free, \(ByteText.size(disk.keepFree)) of it kept free\(full)")
        facts.append("clock    \(clock.warning ?? clock.now)\(skewed)")
        if clock.held > 0 { facts.append("held     \(clock.held) collections, until it is known when they were made") }
        return facts + nextText
    }

    private var linkText: String {
        let last = received.map { "; \($0)" } ?? ""
        if let underWay = upload.underWay { return "an upload is under way since \(underWay.howFar)\(last)" }
        guard let link else { return "no upload was tried yet" }
        guard let problem = link.problem else { return "the last upload got through, \(Self.short(link.tried))" }
        // Of one that a link's end cut off, what was committed stays.
        let before =
            link.gotThrough.map { "an upload last got through \(Self.short($0))" } ?? "no upload got through yet"
        return "\(before)\(last); the last upload, \(Self.short(link.tried)): \(problem)"
    }

    /// A line for each time, with all that comes then.
    private var nextText: [String] {
        var lines: [(time: String, jobs: [String])] = []
        for run in nextRuns {
            let time = run.isDue ? "due now" : Self.short(run.at)
            if lines.last?.time != time { lines.append((time, [])) }
            lines[lines.count - 1].jobs.append(run.job)
        }
        return lines.map { "next     \($0.time): \($0.jobs.joined(separator: ", "))" }
    }

    /// What the warning does not say.
    private var skewed: String {
        guard clock.warning == nil, let skew = clock.skew else { return "" }
        guard abs(skew) >= StoreTime.tolerance else { return ", as the store's" }
        return ", \(CollectionMoment.skewText(skew)) the store's"
    }

    private var named: String {
        guard let operatorName = store.schoolName, operatorName != schoolName, !operatorName.isEmpty else {
            return schoolName.isEmpty ? "no name" : schoolName
        }
        return "\(schoolName.isEmpty ? "no name" : schoolName) (the store's operator calls it \(operatorName))"
    }
}
