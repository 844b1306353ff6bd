import Foundation
import Testing

extension EndToEnd {
    /// `make kills` runs all of it, the usual tests a small one.
    @Suite("Uploads killed at every stage", .timeLimit(.minutes(30)))
    struct Kills {
        private static func number(_ name: String, _ usual: Int) -> Int {
            ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? usual
        }

        /// Of each made-up day; then its upload is let through.
        private static let killsADay = 8

        @Test("by seeded chance, the store as well: what is there in the end is what is there without")
        func same() throws {
            let kills = max(21, Self.number("KILLS", 21))
            let seed = UInt64(Self.number("KILLS_SEED", 20_180_816))
            let twins = try KillTwins(seed: seed)
            var hit: [KillMoment.Stage: Int] = [:]
            var day = 0
            while hit.values.reduce(0, +) < kills {
                try #require(day < kills, "seed \(seed): most moments never come: \(hit)")
                try twins.beginDay(day)
                for _ in 0..<Self.killsADay where hit.values.reduce(0, +) < kills {
                    guard let stage = try twins.kill() else { break }
                    hit[stage, default: 0] += 1
                }
                let faults = try twins.endDay()
                try #require(
                    faults.isEmpty, "seed \(seed), day \(day): \(faults.joined(separator: "\n"))\n\(twins.story)")
                day += 1
            }
            print("seed \(seed): \(kills) kills in \(day) days: \(hit)")
            let never = KillMoment.Stage.allCases.filter { hit[$0] == nil }
            #expect(never.isEmpty, "seed \(seed): nothing was killed at \(never)")
            try twins.expectNothingLeft()
        }
    }
}
