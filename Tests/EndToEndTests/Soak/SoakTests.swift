import Foundation
import Testing

extension EndToEnd {
    /// One process of the service lives for seven days and nights, which take a minute or two: its clock is moved.
    ///
    /// Each day is like the other: every hour the platform makes something and a heartbeat is due, others are due at
    /// midnight, when the link is away, and every other night the container, or at noon; people reload and ask. So whatever the service
    /// takes more of on the seventh day than on the second, it takes more of every day.
    @Suite("A week of one process", .timeLimit(.minutes(10)))
    struct Soak {
        /// 2027-06-14, 0:00 in India.
        private static let begin: Int64 = 1_812_911_400
        private static let stepMinutes = 10

        /// What a day has left behind, and the most that was taken in it at the end of a step, when all is done but the
        /// threads that did it are still there.
        private struct Day {
            let idle: Footprint
            let staging: StagingFootprint
            let lines: Int
        }

        @Test("takes no more memory, threads, files, disk and journal on the seventh day than on the second")
        func week() throws {
            let machine = try SoakMachine(begin: Self.begin)
            var days: [Day] = []
            for day in 0..<7 {
                days.append(try pass(day, on: machine))
                print("day \(day + 1): \(days[day])")
            }
            let rest = try Footprint(settled: machine.daemon.pid)
            print("at rest: \(rest)")
            machine.daemon.signal(SIGTERM)
            let ended = try machine.daemon.wait(within: 10).ended(with: 0)
            if let path = ProcessInfo.processInfo.environment["SOAK_JOURNAL"] {
                try Data(ended.errors.utf8).write(to: URL(fileURLWithPath: path))
            }
            try expectNoGrowth(from: days[1], to: days[6])
            for day in days.dropFirst() { #expect(day.lines <= Self.lines, "\(machine.daemon.text)") }
            #expect(rest.memory < Self.limits.rest)
            #expect(rest.memoryPeak < Self.limits.atWork)
            try machine.store.verifyEverything()
            try expectAllOfIt(machine)
        }

        /// A week in which nothing happened would prove nothing.
        private func expectAllOfIt(_ machine: SoakMachine) throws {
            let year = "\(machine.store.tree)/2027/mz/2039150-mz150/gstudio"
            #expect(try FileTree("\(year)/system-heartbeat").files.count > 7 * 24 - 6)
            #expect(machine.linesSaid("without the container") >= 3)
            #expect(machine.linesSaid("unknown key \"enabeld\"") == 7)
            #expect(machine.linesSaid("asks for: ") == 7 * 3)
        }

        private func pass(_ day: Int, on machine: SoakMachine) throws -> Day {
            let before = machine.linesSaid()
            var idle = try Footprint(of: machine.daemon.pid)
            var staging = try StagingFootprint(machine.staging)
            for minute in stride(from: 0, to: 24 * 60, by: Self.stepMinutes) {
                try befall(minute, day, machine)
                try machine.pass(minutes: Int64(Self.stepMinutes))
                idle = idle.most(try Footprint(of: machine.daemon.pid))
                // All is at the store by then.
                if minute == 21 * 60 { staging = try StagingFootprint(machine.staging) }
            }
            return Day(idle: idle, staging: staging, lines: machine.linesSaid() - before)
        }

        private func befall(_ minute: Int, _ day: Int, _ machine: SoakMachine) throws {
            if minute % 60 == 0 {
                let boot = YearPlan.Boot(number: day, start: machine.wall, minutes: 60, hasLink: true)
                try machine.source.change(boot, wall: machine.wall, isStart: minute == 0)
            }
            switch (minute / 60, minute % 60) {
            case (4, 0): try machine.setContainer(true)
            case (6, 0): try machine.setLink(true)
            case (9, 0), (11, 0): try machine.reload(isGood: true)
            case (10, 0): try machine.reload(isGood: false)
            case (14, 0): try machine.ask("collect", "server-settings", "gstudio-logs").ended(with: 0)
            case (15, 0): try machine.ask("upload").ended(with: 0)
            case (16, 0): try machine.ask("run-script", "activity-timestamps").ended(with: 0, 1)
            case (17, 0): try machine.ask("status").ended(with: 0)
            case (22, 0): try machine.setLink(false)
            case (23, 0): try machine.setContainer(!day.isMultiple(of: 2))
            default: break
            }
        }

        // MARK: Bounds

        /// In bytes: what a service takes that is built as packages are, at rest and at work, is what the project aims at;
        /// a debug build has its own pages beside.
        #if DEBUG
            private static let limits = (rest: 64_000_000, atWork: 72_000_000)
        #else
            private static let limits = (rest: 40_000_000, atWork: 48_000_000)
        #endif
        private static let lines = 60

        private func expectNoGrowth(from early: Day, to late: Day) throws {
            #expect(late.idle.memory < early.idle.memory + 3_000_000)
            #expect(late.idle.memoryPeak < early.idle.memoryPeak + 3_000_000)
            #expect(late.idle.threads <= early.idle.threads + 4)
            #expect(late.idle.openFiles <= early.idle.openFiles + 2)
            #expect(late.staging.state < early.staging.state + 60_000)
            #expect(late.staging.log < 4_500_000)
            #expect(late.staging.beside < early.staging.beside + 80_000)
            #expect(late.staging.filesBeside <= early.staging.filesBeside)
            #expect(late.lines <= early.lines + 5)
        }
    }
}
