import CentralStore
import Terminal

extension Status {
    /// One school: how it stands here, and what it last told of itself.
    static func lines(_ school: SchoolSummary) -> [String] {
        let since = school.enrolled.map { " since \(moment($0))" } ?? ""
        let machine = school.installation.map { " as \($0)" } ?? ""
        let waiting = school.pendingBytes > 0 ? ", \(ByteText.size(school.pendingBytes)) in none yet" : ""
        return [
            "school     \(school.serverID), \(school.directory), \(school.name.isEmpty ? "no name" : school.name)",
            "state      \(school.stateWord)\(machine)\(since)",
            "contact    \(moment(school.lastContact)), last commit \(moment(school.lastCommit))",
            "snapshots  \(ByteText.grouped(school.snapshots))\(waiting)",
        ] + report(of: school)
    }

    private static func report(of school: SchoolSummary) -> [String] {
        guard let report = school.report else {
            return ["report     none; one comes with an upload that has news, and every week, also after a rebuild"]
        }
        let facts = [
            moment(school.reported), "version \(report.version)", "\(ByteText.size(report.freeBytes)) free",
            clock(aheadMilliseconds: school.clockAhead),
        ]
        return ["report     \(facts.joined(separator: ", "))"] + report.errors.map { "error      \($0)" }
    }

    /// What a report takes on its way is no error of the clock's.
    private static func clock(aheadMilliseconds ahead: Int64?) -> String {
        guard let ahead else { return "clock far off" }
        guard ahead.magnitude >= 60_000 else { return "clock right" }
        return "clock \(DurationText.short(.milliseconds(ahead.magnitude))) \(ahead < 0 ? "behind" : "ahead")"
    }
}
