import LevelTree
import Staging
import Wire

/// What uploads have sent and received, by calendar month, as a small file of the state directory. Pure but for reading
/// and writing that.
///
/// Each byte is counted once, in the month that it is when it has travelled, or where that is not known, in the first
/// one known after. So a clock that is set back within a month changes nothing, and one that goes back to an earlier
/// month goes on with what that had.
struct MonthlyTraffic: Codable, Hashable, Sendable {
    struct Entry: Codable, Hashable, Sendable {
        /// `2018-08`, in the school's time zone.
        var month: String
        var bytes: UInt64
    }

    /// The one that was counted in last is the last.
    private(set) var months: [Entry] = []
    /// Since a month was last known.
    private(set) var undated: UInt64 = 0

    /// - Parameter month: nil where it is not known: then of the last one that was.
    func used(in month: String?) -> UInt64 {
        let entry = month.map { month in months.last { $0.month == month } } ?? months.last
        return (entry?.bytes ?? 0) &+ undated
    }

    mutating func add(_ bytes: UInt64, in month: String?) {
        undated &+= bytes
        guard let month else { return }
        let before = months.last { $0.month == month }?.bytes ?? 0
        months.removeAll { $0.month == month }
        months.append(Entry(month: month, bytes: before &+ undated))
        undated = 0
        // A clock that jumps about names many.
        months.removeFirst(max(months.count - Self.mostMonths, 0))
    }

    /// - Parameter wall: seconds since 1970 as a clock on the wall shows them.
    static func month(_ wall: Int64) -> String {
        let date = CivilDate(daysSince1970: wall.floorDivided(by: 86_400))
        return "\(date.year)-\(date.month < 10 ? "0" : "")\(date.month)"
    }

    private static let mostMonths = 24

    // MARK: The file

    /// One that is lost or damaged is begun anew.
    /// - Throws: `StagingError` if it cannot be read.
    static func load(from files: InstallationFiles) throws -> MonthlyTraffic {
        guard let bytes = try files.read(.traffic) else { return MonthlyTraffic() }
        return (try? WireCoding.decode(MonthlyTraffic.self, from: bytes)) ?? MonthlyTraffic()
    }

    /// Durable when it returns.
    /// - Throws: `StagingError`.
    func save(to files: InstallationFiles) throws { try files.write(WireCoding.encode(self), as: .traffic) }
}

extension InstallationFiles.Name {
    fileprivate static let traffic = InstallationFiles.Name(rawValue: "traffic.json")
}
