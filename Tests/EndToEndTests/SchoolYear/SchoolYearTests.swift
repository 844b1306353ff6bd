import Foundation
import Testing

extension EndToEnd {
    /// The real programs, under clocks that are moved by hand: `make year` runs all of it, the usual tests a small one.
    ///
    /// The power is cut by SIGKILL, so that what the kernel had is still written; that it is not, is tested in `PowerCuts`. The
    /// database is taken from dumps, since only a real container makes one; the users' dump is the container's.
    @Suite("A school year", .timeLimit(.minutes(30)))
    struct SchoolYear {
        private static func number(_ name: String, _ usual: Int) -> Int {
            ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? usual
        }

        @Test(
            "of power cuts, wrong clocks, no link, a full disk and a stopped container loses nothing that was there for 15 minutes"
        )
        func year() throws {
            let count = max(25, Self.number("YEAR_BOOTS", 25))
            let seed = UInt64(Self.number("YEAR_SEED", 20_270_614))
            let plan = YearPlan(boots: count, seed: seed)
            expectAllMisfortunes(plan)
            let machine = try YearMachine(plan, seed: seed)
            for boot in plan.boots { try machine.pass(boot) }
            if let path = ProcessInfo.processInfo.environment["YEAR_JOURNAL"] {
                try Data(machine.journal.utf8).write(to: URL(fileURLWithPath: path))
            }
            let faults = try YearOracle(machine).faults()
            #expect(
                faults.isEmpty, "seed \(seed): \(faults.count) faults:\n\(faults.prefix(30).joined(separator: "\n"))")
            #expect(machine.journal.utf8.count < 5_000_000)
            try machine.store.verifyEverything()
        }

        /// A plan without one of them would prove less than it says.
        private func expectAllMisfortunes(_ plan: YearPlan) {
            #expect(plan.boots.count { !$0.hasLink } > plan.boots.count / 2)
            #expect(plan.boots.count { !$0.isClockRight } >= 2)
            #expect(plan.boots.contains { $0.isDiskFull })
            #expect(plan.boots.contains { $0.isContainerStopped })
            #expect(plan.boots.contains { if case .atWork = $0.ending { true } else { false } })
            #expect(Set(plan.boots.map(\.year)).count == 2)
            #expect(zip(plan.boots, plan.boots.dropFirst()).allSatisfy { $0.start + Int64($0.minutes) * 60 < $1.start })
        }
    }
}
