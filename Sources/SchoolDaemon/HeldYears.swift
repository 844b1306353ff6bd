import Collecting
import LevelTree
import Staging

/// Decides under which year held generations are filed, once the time is known. Pure.
enum HeldYears {
    /// A held generation, and what its neighbours tell of its time.
    struct Held: Hashable {
        var generation: Generation
        /// It is not earlier than this: the end of the last collection before it that was made under a believed clock.
        var earliest: FileTime?
        /// Nor later: the start of the first such collection after it.
        var latest: FileTime?
        /// Times of its files: each that can be true shows that it is not earlier than that either.
        var newestFile: FileTime?
    }

    /// The time is known: now, by the believed clock or by the store's, and the boot clock's reading with it.
    struct Known: Hashable {
        var now: FileTime
        var bootSeconds: Double
        var bootID: String
    }

    /// One of this boot gets its time. Of an earlier boot, nothing tells it but what was before and after: where both are
    /// in one year, that is its year; over New Year, a file from after it tells. Else it stays where it was kept, under
    /// the year of the newest collection before it; and it is marked as made under a clock that was not believed.
    static func filing(_ held: Held, known: Known, zone: SchoolTimeZone) throws(IdentityProblem) -> Filing? {
        let generation = held.generation
        guard let moment = generation.held else { return nil }
        if moment.bootID == known.bootID {
            let time = known.now + (moment.bootSeconds - known.bootSeconds)
            return Filing(
                sequence: generation.sequence, year: try zone.year(of: time),
                startedMilliseconds: time.milliseconds, isCertain: true)
        }
        let latest = min(held.latest ?? known.now, known.now)
        // One that claims to be later was made under a clock that was believed wrongly.
        var earliest = min(held.earliest.map { max($0, Release.date) } ?? Release.date, latest)
        if let file = held.newestFile, file > earliest, file <= latest { earliest = file }
        let (first, last) = (try zone.year(of: earliest), try zone.year(of: latest))
        let year = (first...last).contains(generation.year) ? generation.year : first
        // A moment of that year which is as near as any.
        let guess = year == first ? earliest : latest
        return Filing(
            sequence: generation.sequence, year: year, startedMilliseconds: guess.milliseconds, isCertain: false)
    }
}

extension FileTime {
    var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    init(milliseconds: Int64) {
        self.init(seconds: milliseconds / 1000, nanoseconds: Int32(milliseconds % 1000) * 1_000_000)
    }
}
