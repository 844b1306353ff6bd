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

    struct Boot {
        let number: Int
        /// When the services begin, in true seconds since 1970.
        let start: Int64
        let minutes: Int
        /// The wall clock less the true time, in seconds.
        var clockError: Int64 = 0
        var hasLink = false
        var isDiskFull = false
        var isContainerStopped = false
        var ending = Ending.idle

        /// In India.
        var year: String { YearPlan.india.year(start) }
        var day: Int64 { (start + YearPlan.offset) / 86_400 }
        var isClockRight: Bool { clockError == 0 }
    }

    private(set) var boots: [Boot] = []
    private var random: EndToEnd.Killed.Seeded

    /// - Parameter count: of boots, in ten months from June on.
    init(boots count: Int, seed: UInt64) {
        random = .init(state: seed)
        for number in 0..<count { boots.append(boot(number, of: count)) }
        // A week in the first half, and another in the second.
        let week = max(2, count / 50)
        for number in count / 5..<count / 5 + week { boots[number].isDiskFull = true }
        for number in count * 7 / 10..<count * 7 / 10 + week { boots[number].isContainerStopped = true }
        makeClocksWrong()
        // In the end, the year is whole: somebody comes with a link.
        for number in boots.indices.suffix(2) {
            boots[number].hasLink = true
            boots[number].clockError = 0
            boots[number].ending = .orderly
        }
    }

    private mutating func boot(_ number: Int, of count: Int) -> Boot {
        let isLast = number >= count - 2
        let minutes = isLast ? 60 : Int.random(in: 20...90, using: &random)
        var boot = Boot(number: number, start: start(number, of: count, isLast), minutes: minutes)
        boot.hasLink = Int.random(in: 0..<10, using: &random) < 3
        switch Int.random(in: 0..<10, using: &random) {
        case 0: boot.ending = .orderly
        case 1...5: boot.ending = .idle
        default:
            boot.ending = .atWork(
                Int.random(in: 1...30, using: &random), microseconds: .random(in: 0...40_000, using: &random))
        }
        return boot
    }

    /// In the morning of its day; or, every fifth, soon after the power went.
    private mutating func start(_ number: Int, of count: Int, _ isLast: Bool) -> Int64 {
        if let last = boots.last, number % 5 == 2, !isLast {
            return last.start + Int64(last.minutes + Int.random(in: 2...30, using: &random)) * 60
        }
        let day = Int64(number * 300 / count)
        return YearPlan.begin + day * 86_400 + Int64.random(in: 0...7200, using: &random)
    }

    /// Every tenth: a dead battery, Indian time in a clock that is read as UTC, or nonsense.
    ///
    /// Not the first of a year: of what is made then, nothing on a machine without a link can tell that the year is new.
    private mutating func makeClocksWrong() {
        for (turn, number) in stride(from: 9, to: boots.count, by: 10).enumerated() {
            var number = number
            if boots[number].year != boots[number - 1].year { number = min(number + 1, boots.count - 1) }
            let start = boots[number].start
            boots[number].clockError =
                [946_684_800 - start, 5 * 3600 + 1800, 3600 - start, 4_070_908_800 - start][turn % 4]
        }
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
