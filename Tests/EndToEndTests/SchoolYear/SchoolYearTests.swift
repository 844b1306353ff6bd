import Foundation
import Testing

extension EndToEnd {
    /// The real programs, under clocks that are moved by hand: `make year` runs all of it, the usual tests a small one.
    ///
    /// The power is cut by SIGKILL, so that what the kernel had is still written; that it is not, is tested in `PowerCuts`. The
    /// container is a stand-in, which dumps a small database and some users.
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
            #expect(
                machine.passed.allSatisfy { $0.boot.turn == nil || (1200...5520).contains($0.poweredSeconds) },
                "a boot was not on for 20 to 90 minutes")
            let folder = machine.workspace.path("checkout")
            try machine.store.command("checkout", "mz150", "--to", folder).ended(with: 0)
            let oracle = try YearOracle(machine, of: folder)
            let faults = try oracle.faults()
            #expect(
                faults.isEmpty, "seed \(seed): \(faults.count) faults:\n\(faults.prefix(30).joined(separator: "\n"))")
            #expect(oracle.lostPictures > 0, "no year has ended with a picture that was gone before it was sent")
            // A line costs journald some 710 bytes more than its text, as was measured with the fields that it has.
            let lines = machine.journal.utf8.count { $0 == UInt8(ascii: "\n") }
            #expect(machine.journal.utf8.count + lines * 750 < 5_000_000)
            if !machine.disk.isReal { print("The full disk was only told to the service: mounting one needs root.") }
            try machine.store.verifyEverything()
            guard faults.isEmpty else { return }
            for tampering in YearTampering.allCases {
                let copy = machine.workspace.path("tampered")
                try ChildProcess.succeed("cp", "-r", folder, copy)
                defer { try? FileManager.default.removeItem(atPath: copy) }
                try tampering.apply(to: copy, machine)
                let found = try YearOracle(machine, of: copy).faults()
                #expect(!found.isEmpty, "the oracle does not see that \(tampering)")
            }
        }

        /// A plan without one of them would prove less than it says.
        private func expectAllMisfortunes(_ plan: YearPlan) {
            let turns = plan.boots.filter { $0.turn != nil }
            #expect(turns.allSatisfy { (20...90).contains($0.minutes) })
            #expect(plan.boots.count { !$0.hasLink } > plan.boots.count / 2)
            #expect(plan.boots.count { !$0.isClockRight } == turns.count / 10)
            #expect(plan.boots.contains { $0.disk == .full } && plan.boots.contains { $0.disk == .reserveOnly })
            #expect(plan.boots.contains { $0.isContainerStopped })
            #expect(plan.boots.contains { if case .atWork = $0.ending { true } else { false } })
            #expect(Set(plan.boots.map(\.year)).count == 2 && plan.boots.contains { $0.losesNewPicture })
            #expect(zip(plan.boots, plan.boots.dropFirst()).allSatisfy { $0.start + Int64($0.minutes) * 60 < $1.start })
        }
    }
}
