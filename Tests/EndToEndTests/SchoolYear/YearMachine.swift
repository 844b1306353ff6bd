import Foundation

/// A school's server in its year: real programs under clocks that are moved by hand, and the store that it reaches or not.
final class YearMachine {
    /// What a boot came to.
    struct Passed {
        let boot: YearPlan.Boot
        let poweredSeconds: Int64
        /// True seconds, and what the wall clock said.
        let time: ClosedRange<Int64>
        let wall: ClosedRange<Int64>
        /// The source's changes in it.
        let moments: ClosedRange<Int>
    }

    let workspace: Workspace
    let store: StoreProcess
    let source: YearSource
    private(set) var passed: [Passed] = []
    private(set) var journal = ""
    /// What was at the store at the end of a boot with a link.
    private(set) var seenAtStore: Set<String> = []
    let disk: YearDisk
    private let docker: YearDocker
    private let clock: SteppedClock
    /// The store's, which is right.
    private let trueClock: SteppedClock
    private let notify: NotifySocket
    private var configuration = ""

    init(_ plan: YearPlan, seed: UInt64) throws {
        workspace = try Workspace(below: Self.memory ?? NSTemporaryDirectory())
        clock = try SteppedClock(in: workspace, named: "school")
        trueClock = try SteppedClock(in: workspace, named: "store")
        notify = try NotifySocket(in: workspace)
        docker = try YearDocker(in: workspace)
        disk = try YearDisk(in: workspace)
        let begin = plan.boots[0].start - 86_400
        try clock.boot(0xffff, wall: begin)
        try trueClock.boot(0xffff, wall: begin)
        store = try StoreProcess(in: workspace, environment: trueClock.environment)
        try store.serve()
        let root = try workspace.folder("source")
        try ChildProcess.run("python3", [Project.madeSchool, root, "--small"]).ended(with: 0)
        source = try YearSource(core: "\(root)/home/core", docker: docker, seed: seed)
        try configure(hasLink: true, .roomy)
        try ChildProcess.run(
            Built.collectd,
            ["enroll", "--store", store.url, "--code", store.addSchool(), "--config", configuration],
            environment: clock.environment
        ).ended(with: 0)
    }

    /// What a disk takes to be durable is most of a year; that it is, is tested elsewhere.
    private static var memory: String? {
        var facts = statvfs()
        guard statvfs("/dev/shm", &facts) == 0, UInt64(facts.f_bavail) * UInt64(facts.f_frsize) > 1 << 30 else {
            return nil
        }
        return "/dev/shm"
    }

    private func configure(hasLink: Bool, _ state: YearPlan.Disk) throws {
        let core = source.core
        configuration = try workspace.write(
            """
            [store]
            url = "\(hasLink ? store.url : "https://127.0.0.1:1")"
            [source]
            data = "\(core)/data"
            code = "\(core)/code"
            assessment_store = "\(core)/assesment-datastore"
            unplatform = "\(core)/unplatform"
            docker = ["\(docker.command)"]
            [staging]
            directory = "\(disk.staging)"
            keep_free = "\(disk.keepFree(state))"
            [run.progress]
            enabled = false
            [run.activity-timestamps]
            enabled = false
            [run.assessments]
            enabled = false
            """, to: "school.toml")
    }

    /// One boot, from its start to its end.
    func pass(_ boot: YearPlan.Boot) throws {
        try configure(hasLink: boot.hasLink, boot.disk)
        try disk.fill(boot.disk)
        try docker.stop(boot.isContainerStopped)
        try trueClock.boot(boot.number, wall: boot.start)
        try clock.boot(boot.number, wall: boot.start + boot.clockError)
        let (start, wall, firstMoment) = (trueClock.wall, clock.wall, source.moment + 1)
        try source.change(boot, wall: clock.wall, isStart: true)
        if boot.disk != .roomy, passed.last?.boot.disk == .roomy { try source.exportLargeTable(boot, wall: clock.wall) }
        notify.drain()
        let environment = clock.environment.merging(["NOTIFY_SOCKET": notify.path]) { $1 }
        let daemon = try ChildProcess(Built.collectd, ["run", "--config", configuration], environment: environment)
        defer { daemon.signal(SIGKILL) }
        var timesAtWork = 0
        var isOn = try goesOn(daemon, boot, minute: 0, &timesAtWork)
        for minute in 1...boot.minutes where isOn {
            if minute % 10 == 0 {
                try source.change(boot, wall: clock.wall, isStart: false)
                try disk.fill(boot.disk)
            }
            if minute == (boot.losesNewPicture ? 15 : 25) {
                let takesNewest = boot.losesNewPicture || boot.number.isMultiple(of: 2)
                try source.tidyUp(takesNewest: takesNewest) { isOld($0, in: boot) }
            }
            try trueClock.pass(60)
            try clock.pass(60)
            notify.drain()
            clock.ring()
            isOn = try goesOn(daemon, boot, minute: minute, &timesAtWork)
        }
        daemon.signal(isOn && boot.ending == .orderly ? SIGTERM : SIGKILL)
        let ended = try daemon.wait(within: 20)
        if isOn, boot.ending == .orderly { try ended.ended(with: 0) }
        journal += "— boot \(boot.number), \(boot) —\n" + ended.errors
        passed.append(
            Passed(
                boot: boot, poweredSeconds: clock.bootSeconds, time: start...trueClock.wall, wall: wall...clock.wall,
                moments: firstMoment...source.moment))
        if boot.hasLink { try look() }
    }

    /// Waits until the service has nothing to do. - Returns: whether there is power still.
    private func goesOn(
        _ daemon: ChildProcess, _ boot: YearPlan.Boot, minute: Int, _ timesAtWork: inout Int
    ) throws -> Bool {
        while true {
            guard let status = notify.status() else {
                throw ChildProcess.Unexpected(description: "boot \(boot.number): no status: \(daemon.text)")
            }
            if status.hasPrefix("waiting") { return true }
            guard minute >= boot.earliestEnd else { continue }
            timesAtWork += 1
            if case .atWork(let times, let microseconds) = boot.ending, timesAtWork >= times {
                // The moment of the power cut, and no synchronisation: anything may have happened by then.
                usleep(microseconds)
                return false
            }
        }
    }

    /// All accumulated files.
    private func look() throws {
        for (year, tree) in try trees() {
            for place in YearSource.accumulated.union(["gstudio/nginx-logs", "gstudio/system-heartbeat"]) {
                for path in try FileTree("\(tree)/\(place)", ifPresent: true).files.keys {
                    seenAtStore.insert("\(year)/\(place)/\(path)")
                }
            }
        }
    }

    /// The school's LEVEL 2 folder of each year, in the store's own tree.
    func trees() throws -> [String: String] {
        let years = try FileManager.default.contentsOfDirectory(atPath: store.tree)
        return Dictionary(uniqueKeysWithValues: years.map { ($0, "\(store.tree)/\($0)/mz/2039150-mz150") })
    }

    // MARK: What was there long enough

    /// Whether what came in one boot existed through 15 minutes in a boot in which a day's collection was due, and could be
    /// made.
    func wasCollected(_ born: Int, before end: Int, inYear year: String? = nil, needsContainer: Bool = false) -> Int? {
        let bornOn = born < 0 ? 0 : passed[born].boot.day
        return passed.first { other in
            let boot = other.boot
            return boot.number > born && boot.number < end && boot.day > bornOn && other.poweredSeconds > 900
                && boot.disk == .roomy && !(needsContainer && boot.isContainerStopped)
                && (year == nil || boot.year == year)
        }?.boot.number
    }

    private func isOld(_ born: Int, in boot: YearPlan.Boot) -> Bool {
        let year = boot.losesNewPicture ? passed[0].boot.year : nil
        return born < boot.number
            && wasCollected(born, before: boot.number, inYear: year, needsContainer: true) != nil
    }

    /// Whether what was collected in one boot could be sent before another.
    func couldBeSent(from collected: Int, before end: Int) -> Bool {
        passed.contains {
            $0.boot.number >= collected && $0.boot.number < end && $0.boot.hasLink && $0.poweredSeconds > 900
        }
    }
}
