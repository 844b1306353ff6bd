import Foundation

/// What befalls a school's server in one school year, boot by boot: the same for the same seed.
struct YearPlan {
    enum Ending: Equatable {
        /// As a person switches it off who knows how.
        case orderly
        /// Without power, while the service waits.
        case idle
        /// Without power, so many microseconds after the service has said for the nth time that it is at work.
        case atWork(Int, microseconds: UInt32)
    }

    /// The staging disk as others leave it.
    enum Disk { case roomy, reserveOnly, full }

    struct Boot {
        let number: Int
        /// Of the boots of 20 to 90 minutes; nil for one beside these: the power comes for a moment, and goes again.
        var turn: Int?
        /// When the services begin, in true seconds since 1970.
        let start: Int64
        let minutes: Int
        /// The wall clock less the true time, in seconds.
        var clockError: Int64 = 0
        var hasLink = false
        var disk = Disk.roomy
        var isContainerStopped = false
        var ending = Ending.idle
        /// Whether the picture that came last is deleted in it, which nobody could send yet.
        var losesNewPicture = false
        /// Nothing comes in it: all that is at the source was there before, and can be at the store in its end.
        var isLast = false

        /// In India.
        var year: String { YearPlan.india.year(start) }
        var day: Int64 { (start + YearPlan.offset) / 86_400 }
        var isClockRight: Bool { clockError == 0 }
        /// From which minute on the power may go.
        var earliestEnd: Int { turn == nil ? 0 : 20 }
    }

    private(set) var boots: [Boot] = []
    private var random: EndToEnd.Killed.Seeded

    /// - Parameter count: of boots of 20 to 90 minutes, in ten months from June on. Some shorter ones come beside them.
    init(boots count: Int, seed: UInt64) {
        random = .init(state: seed)
        for turn in 0..<count { add(turn, of: count) }
        // A week in the first half, and another in the second.
        let week = max(2, count / 50)
        for number in boots.indices {
            let turn = boots[number].turn ?? boots[number + 1].turn ?? 0
            if (count / 5..<count / 5 + week).contains(turn) {
                boots[number].disk = (turn - count / 5).isMultiple(of: 2) ? .full : .reserveOnly
            }
            boots[number].isContainerStopped = (count * 7 / 10..<count * 7 / 10 + week).contains(turn)
        }
        makeClocksWrong()
        spendNewYearWithoutLink()
    }

    private mutating func add(_ turn: Int, of count: Int) {
        let isLast = turn >= count - 2
        // In the morning of its day; or, every fifth, soon after the power went.
        let morning =
            YearPlan.begin + Int64(turn * 300 / count) * 86_400 + Int64.random(in: 0...7200, using: &random)
        var start = morning
        if turn % 5 == 2, !isLast, let last = boots.last { start = soon(after: last) }
        if turn % 4 == 1, turn % 5 != 2, !isLast {
            var short = Boot(
                number: boots.count, start: morning, minutes: Int.random(in: 1...19, using: &random))
            short.hasLink = Int.random(in: 0..<10, using: &random) < 3
            short.ending = cut(within: 30)
            boots.append(short)
            start = soon(after: short)
        }
        var boot = Boot(
            number: boots.count, turn: turn, start: start,
            minutes: isLast ? 60 : Int.random(in: 20...90, using: &random))
        boot.isLast = turn == count - 1
        boot.hasLink = isLast || Int.random(in: 0..<10, using: &random) < 3
        switch Int.random(in: 0..<10, using: &random) {
        // In the end, the year is whole: somebody comes with a link.
        case _ where isLast: boot.ending = .orderly
        case 0: boot.ending = .orderly
        case 1...5: boot.ending = .idle
        default: boot.ending = cut(within: 6)
        }
        boots.append(boot)
    }

    private mutating func cut(within times: Int) -> Ending {
        .atWork(Int.random(in: 1...times, using: &random), microseconds: .random(in: 0...40_000, using: &random))
    }

    private mutating func soon(after boot: Boot) -> Int64 {
        boot.start + Int64(boot.minutes + Int.random(in: 2...30, using: &random)) * 60
    }

    /// Every tenth: a dead battery, a year that is far off, Indian time in a clock that is read as UTC, nonsense, or the
    /// time at which somebody took the machine away for repair.
    ///
    /// Not the first of a year: of what is made then, nothing on a machine without a link can tell that the year is new.
    private mutating func makeClocksWrong() {
        let tenths = boots.indices.filter { (boots[$0].turn ?? 0) % 10 == 9 }
        for (turn, number) in tenths.enumerated() {
            var number = number
            while boots[number].turn == nil || firstOfYear.contains(boots[number].day) { number += 1 }
            let start = boots[number].start
            boots[number].clockError =
                [946_684_800 - start, 4_070_908_800 - start, 5 * 3600 + 1800, 3600 - start, -30 * 86_400][turn % 5]
        }
    }

    /// The days on which a year is new to the machine.
    private var firstOfYear: Set<Int64> {
        Set(zip(boots, boots.dropFirst()).filter { $0.year != $1.year }.map(\.1.day))
    }

    /// Holidays: what is new then is not sent before the year is over, and some of it is gone by then.
    private mutating func spendNewYearWithoutLink() {
        guard let first = boots.firstIndex(where: { $0.year != boots[0].year && $0.turn != nil }) else { return }
        for number in max(0, first - 6)...first { boots[number].hasLink = false }
        boots[first].ending = .idle
        boots[first].losesNewPicture = true
    }

    /// 2027-06-14, 9:00 in India.
    private static let begin: Int64 = 1_812_943_800
    static let offset: Int64 = 5 * 3600 + 1800

    enum india {
        static func year(_ seconds: Int64) -> String { String(parts(seconds).year ?? 0) }

        static func parts(_ seconds: Int64) -> DateComponents {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = TimeZone(secondsFromGMT: Int(offset)) ?? .gmt
            return calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
        }
    }
}
