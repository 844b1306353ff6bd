import LevelTree

/// The school's time zone: the year of a collection, and dates in names and texts, are its (architecture rule 6).
///
/// Read from the system's zone files here, because the C library knows only one zone per process, and the larger
/// libraries that know more cost the school tens of megabytes of memory.
public struct SchoolTimeZone: Sendable, Hashable {
    /// `Asia/Kolkata`.
    public let name: String
    private let transitions: [Int64]
    /// One more than `transitions`: the first holds before all of them.
    private let periods: [Period]

    struct Period: Sendable, Hashable {
        /// East of Greenwich, in seconds.
        var offset: Int
        /// `IST`.
        var abbreviation: String
    }

    init(name: String, transitions: [Int64], periods: [Period]) {
        precondition(periods.count == transitions.count + 1)
        self.name = name
        self.transitions = transitions
        self.periods = periods
    }

    /// India's, which has not changed since 1945; for a machine without zone files.
    public static let india = SchoolTimeZone(
        name: "Asia/Kolkata", transitions: [], periods: [Period(offset: 5 * 3600 + 1800, abbreviation: "IST")])

    public static let utc = SchoolTimeZone(
        name: "UTC", transitions: [], periods: [Period(offset: 0, abbreviation: "UTC")])

    /// The zone of that name, from the machine's zone files.
    /// - Throws: `CollectingProblem` if there is no such zone, or if it changes its clocks every year.
    public static func named(
        _ name: String, in folder: String = "/usr/share/zoneinfo"
    ) throws(CollectingProblem) -> SchoolTimeZone {
        if name == india.name { return india }
        if name == utc.name { return utc }
        let isPlain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && !name.hasPrefix("/")
        guard isPlain, !name.split(separator: "/").contains("..") else {
            throw CollectingProblem(.timeZone, "\(escapedText(name.utf8)) is not the name of a time zone")
        }
        let bytes: [UInt8]
        do {
            bytes = try SmallFile.read(folder + "/" + name, limit: 1 << 20)
        } catch {
            throw CollectingProblem(
                .timeZone,
                "the time zone \(name) cannot be read from \(folder) (\(error)); install tzdata, or set time_zone under "
                    + "[school] to a name such as Asia/Kolkata")
        }
        guard let zone = ZoneFile.parse(bytes, name: name) else {
            throw CollectingProblem(
                .timeZone,
                "the time zone \(name) cannot be used: its file is damaged, or it changes its clocks every year; set "
                    + "time_zone under [school] to a zone that does not, such as Asia/Kolkata")
        }
        return zone
    }

    public func local(_ time: FileTime) -> LocalTime {
        let period = self.period(at: time.seconds)
        return LocalTime(
            secondsSince1970: time.seconds + Int64(period.offset), offset: period.offset,
            abbreviation: period.abbreviation)
    }

    public func year(of time: FileTime) throws(IdentityProblem) -> Year { try Year(local(time).year) }

    /// For the TZ variable of programs that we run: a form that needs no zone files.
    func posixText(at time: FileTime) -> String {
        let period = self.period(at: time.seconds)
        let minutes = abs(period.offset) / 60
        // POSIX counts west of Greenwich, and takes any name in angle brackets.
        return "<\(period.abbreviation)>\(period.offset > 0 ? "-" : "")\(minutes / 60):\(twoDigits(minutes % 60))"
    }

    private func period(at seconds: Int64) -> Period {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return periods[low]
    }
}
