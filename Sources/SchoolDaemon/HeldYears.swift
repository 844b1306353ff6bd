import Collecting
import LevelTree
import Staging

/// Decides under which year held generations are filed, once the time is known. Pure.
enum HeldYears {
    /// What one boot has left held, and what tells of its time.
    struct Boot {
        /// By sequence; at least one.
        var generations: [Generation]
        /// The ends of the collections before it that were made under a believed clock.
        var before: [FileTime] = []
        /// The starts of those after it.
        var after: [FileTime] = []
        /// The newest time, of those not later than the one that is given, at which one of its files is known to have been
        /// changed.
        var newestFile: (_ notAfter: FileTime) -> FileTime? = { _ in nil }
    }

    /// The time is known: now, by the believed clock or by the store's, and the boot clock's reading with it.
    struct Known: Hashable {
        var now: FileTime
        var bootSeconds: Double
        var bootID: String
    }

    /// What was held, boot by boot. Of a boot that nobody knows, each generation stands for itself.
    /// - Parameter held: by sequence.
    static func boots(of held: [Generation]) -> [[Generation]] {
        var boots: [[Generation]] = []
        for generation in held {
            let boot = generation.held?.bootID ?? ""
            if !boot.isEmpty, boots.last?.last?.held?.bootID == boot {
                boots[boots.count - 1].append(generation)
            } else {
                boots.append([generation])
            }
        }
        return boots
    }

    /// Those of this boot get their time. Of an earlier boot, nothing tells it but what was before and after: where both
    /// are in one year, that is its year; over New Year, a file from after it tells, of this boot or an earlier one. Else
    /// they stay where they were kept, under the year of the newest collection before them; and they are marked as made
    /// under a clock that was not believed.
    ///
    /// - Parameter boots: in their order.
    /// - Throws: `IdentityProblem` for a time beyond the year 9999.
    static func filings(_ boots: [Boot], known: Known, zone: SchoolTimeZone) throws -> [Filing] {
        var filings: [Filing] = []
        var earliest = Release.date
        for boot in boots {
            if boot.generations.first?.held?.bootID == known.bootID {
                filings += try boot.generations.map { try filing($0, known, zone) }
            } else {
                let bounds = Bounds(of: boot, notBefore: earliest, now: known.now)
                earliest = max(earliest, bounds.earliest)
                filings += try boot.generations.map { try filing($0, bounds, zone) }
            }
        }
        return filings
    }

    private static func filing(
        _ generation: Generation, _ known: Known, _ zone: SchoolTimeZone
    ) throws(IdentityProblem) -> Filing {
        let time = known.now + ((generation.held?.bootSeconds ?? 0) - known.bootSeconds)
        return Filing(
            sequence: generation.sequence, year: try zone.year(of: time), startedMilliseconds: time.milliseconds,
            isCertain: true)
    }

    private static func filing(
        _ generation: Generation, _ bounds: Bounds, _ zone: SchoolTimeZone
    ) throws(IdentityProblem) -> Filing {
        let (first, last) = (try zone.year(of: bounds.earliest), try zone.year(of: bounds.latest))
        let staysWhereKept = !bounds.isContradicted && (first...last).contains(generation.year)
        let year = staysWhereKept ? generation.year : first
        // A moment of that year which is as near as any.
        let guess = year == first ? bounds.earliest : bounds.latest
        return Filing(
            sequence: generation.sequence, year: year, startedMilliseconds: guess.milliseconds, isCertain: false)
    }

    /// Between which moments a boot was.
    private struct Bounds {
        let earliest: FileTime
        let latest: FileTime
        /// Whether a collection before it claims to be later than one after it: its clock was believed wrongly, and so was
        /// the year that was guessed by it.
        let isContradicted: Bool

        init(of boot: Boot, notBefore: FileTime, now: FileTime) {
            let latest = min(boot.after.min() ?? now, now)
            let believable = boot.before.filter { $0.seconds - latest.seconds <= ClockGuard.toleratedSeconds }
            isContradicted = believable.count < boot.before.count
            let times = [believable.max(), boot.newestFile(latest), notBefore].compactMap(\.self)
            // No earlier than the release, in any case: see `notBefore`.
            earliest = min(times.max() ?? notBefore, latest)
            self.latest = latest
        }
    }
}

extension HeldYears.Boot {
    /// - Parameters:
    ///   - generations: of the boot, by sequence; at least one.
    ///   - current: the current generations of all datasets and years.
    init(_ generations: [Generation], among current: [Generation], newestFile: @escaping (FileTime) -> FileTime?) {
        let (first, last) = (generations[0].sequence, generations[generations.count - 1].sequence)
        let known = current.filter { $0.held == nil }
        // The last state of an ended year, where it is taken by reference, may have been made anew long afterwards: then
        // its sequence is newer than what it tells.
        func mayBeRemade(_ generation: Generation) -> Bool {
            generation.isByReference
                && known.contains { $0.dataset == generation.dataset && $0.year > generation.year }
        }
        let trusted = known.filter(\.isClockTrusted)
        self.init(
            generations: generations,
            before: trusted.filter { $0.sequence < first }.map { FileTime(milliseconds: $0.finishedMilliseconds) },
            after: trusted.filter { $0.sequence > last && !mayBeRemade($0) }
                .map { FileTime(milliseconds: $0.startedMilliseconds) },
            newestFile: newestFile)
    }
}

extension FileTime {
    var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    init(milliseconds: Int64) {
        self.init(seconds: milliseconds / 1000, nanoseconds: Int32(milliseconds % 1000) * 1_000_000)
    }
}
