import LevelTree
import Settings
import Staging
import Terminal

extension School {
    /// The time by the school's clock; by the store's, where that is known to be another. Nil where it is not known.
    private var knownTime: FileTime? {
        let (now, told) = (clock.now(), storeTime)
        guard let told else { return trusts(now) ? now : nil }
        return abs(now.seconds - told.seconds) < StoreTime.tolerance ? now : told
    }

    /// What a clock on the school's wall shows, as seconds since 1970; nil where the time is not known.
    var wallSeconds: Int64? { knownTime.map { $0.seconds + Int64(zone.local($0).offset) } }

    /// What the manners say now.
    /// - Throws: `StagingError` if the month's traffic cannot be read.
    func uploadVerdict(isAsked: Bool = false) throws -> UploadManners.Verdict {
        let wall = wallSeconds
        let used = settings.upload.monthlyLimit == nil ? 0 : try trafficOfMonth(wall)
        return UploadManners(settings: settings.upload).verdict(wall: wall, used: used, isAsked: isAsked)
    }

    /// What this month's uploads have sent and received, in bytes.
    /// - Parameter wall: as `wallSeconds`.
    func trafficOfMonth(_ wall: Int64?) throws -> UInt64 {
        try MonthlyTraffic.load(from: files).used(in: wall.map(MonthlyTraffic.month))
    }

    /// Durable when it returns.
    func count(traffic bytes: UInt64) throws {
        try shared.alone {
            var traffic = try MonthlyTraffic.load(from: files)
            traffic.add(bytes, in: wallSeconds.map(MonthlyTraffic.month))
            try traffic.save(to: files)
        }
    }

    /// What holds uploads back, and for how many seconds; nil: nothing does, or that cannot be told.
    func uploadHold() -> (seconds: Double, sentence: String)? {
        guard settings.upload.windows != nil || settings.upload.monthlyLimit != nil,
            let verdict = try? uploadVerdict(), let hold = verdict.hold, !verdict.mayGreet
        else { return nil }
        return (verdict.change.map(Double.init) ?? Self.unknownHold, sentence(of: hold, verdict.change))
    }

    /// For a person, without the full stop.
    func sentence(of hold: UploadManners.Hold, _ change: Int64?) -> String {
        let until = change.map { " until \(untilText($0))" } ?? ""
        switch hold {
        case .window: return "uploads wait\(until): no window of [upload] is open"
        case .month:
            let limit = settings.upload.monthlyLimit.map { " of \(ByteText.size($0))" } ?? ""
            return "uploads wait\(until): this month's limit\(limit) is used up (monthly_limit under [upload])"
        }
    }

    /// `2018-08-16 15:00`, so many seconds from now.
    private func untilText(_ seconds: Int64) -> String {
        String(moment(in: seconds).prefix(16)).replacing("T", with: " ")
    }

    /// ISO 8601 in the school's time zone.
    func moment(in seconds: Int64) -> String {
        zone.isoText(milliseconds: ((knownTime ?? clock.now()).seconds + seconds) * 1000)
    }

    private static let unknownHold = 3600.0
}
