import Foundation

/// Compares what the store has of a year with what was at the source, and when.
struct YearOracle {
    private let machine: YearMachine
    /// By year: the files below LEVEL 2, as they were checked out.
    private let trees: [String: FileTree]
    /// By year: of media, what the store was told that it lacks.
    private let lacking: [String: Set<String>]

    /// - Parameter folder: the school's checkout.
    init(_ machine: YearMachine, of folder: String) throws {
        self.machine = machine
        trees = try Self.levelTwo(below: folder)
        let log = try machine.store.command("log", "mz150", "media", "--verbose").ended(with: 0)
        var lacking: [String: Set<String>] = [:]
        for line in log.errors.split(separator: "\n").map({ $0.components(separatedBy: ": ") }) where line.count > 2 {
            lacking[String(line[0].prefix(4)), default: []].insert("gstudio/media/\(line[1])")
        }
        self.lacking = lacking
    }

    /// How many pictures a year that is over lacks at the store because they were gone before they could be sent.
    var lostPictures: Int { lacking.values.reduce(0) { $0 + $1.count } }

    static func levelTwo(below folder: String) throws -> [String: FileTree] {
        let years = try FileManager.default.contentsOfDirectory(atPath: folder).filter { Int($0) != nil }
        return try Dictionary(
            uniqueKeysWithValues: years.map { ($0, try FileTree("\(folder)/\($0)/mz/2039150-mz150")) })
    }

    /// Sentences about all that is not as it should be.
    func faults() throws -> [String] {
        var found = try lines() + heartbeats()
        for year in Set(machine.passed.map(\.boot.year)).sorted() {
            for place in YearSource.accumulated { found += try accumulated(place, year) }
            for place in YearSource.mirrors { found += try mirror(place, year) }
        }
        for path in machine.seenAtStore {
            let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
            if trees[parts[0]]?.files[parts[1]] == nil { found.append("\(path) was at the store, and is not any more") }
        }
        let years = Set(machine.passed.map(\.boot.year))
        found += Set(trees.keys).subtracting(years).map { "there is a year \($0), in which nothing was" }
        return found
    }

    // MARK: Log lines

    private func lines() throws -> [String] {
        var seen: [String: [String]] = [:]
        for (year, tree) in trees {
            for path in tree.files.keys where path.hasPrefix("gstudio/nginx-logs/") {
                for line in String(decoding: try tree.content(path), as: UTF8.self).split(separator: "\n") {
                    seen[String(line), default: []].append(year)
                }
            }
        }
        var found: [String] = []
        for (text, line) in machine.source.lines {
            let years = seen.removeValue(forKey: text) ?? []
            let origin = "of boot \(line.boot): \(text)"
            // What is still there at the end was, in the last boot.
            let collected =
                machine.wasCollected(line.boot, before: line.goneIn ?? .max)
                ?? (line.goneIn == nil ? machine.passed.count - 1 : nil)
            guard let collected else {
                if years.count > 1 { found.append("a line is there twice, \(origin)") }
                continue
            }
            let possible = [machine.passed[line.boot].boot.year, machine.passed[collected].boot.year]
            if years.isEmpty { found.append("a line is missing, \(origin)") }
            if years.count > 1 { found.append("a line is there \(years.count) times, \(origin)") }
            if let year = years.first, !possible.contains(year) { found.append("a line is in \(year), \(origin)") }
        }
        return found + seen.keys.map { "a line that nobody wrote: \($0)" }
    }

    // MARK: Heartbeats

    private func heartbeats() -> [String] {
        let names = trees.mapValues { Set($0.files.keys.filter { $0.hasPrefix("gstudio/system-heartbeat/") }) }
        var strange = Set(names.flatMap { year, names in names.map { "\(year)/\($0)" } })
        var found: [String] = []
        for passed in machine.passed {
            let boot = passed.boot
            let own = names[boot.year]?.filter { Self.isHeartbeat($0, of: passed) } ?? []
            strange.subtract(own.map { "\(boot.year)/\($0)" })
            // Where not one block is free there can be none; where only the reserve is, there can.
            let isPossible = boot.disk == .roomy || boot.disk == .reserveOnly && machine.disk.isReal
            guard passed.poweredSeconds > 300, isPossible, own.isEmpty else { continue }
            found.append("no heartbeat in \(boot.year) of boot \(boot.number), on for \(passed.poweredSeconds) s")
        }
        return found + strange.map { "\($0) is of no boot of that year" }
    }

    static func isHeartbeat(_ name: String, of passed: YearMachine.Passed) -> Bool {
        if name.contains("-held-") { return name.contains("-held-\(SteppedClock.bootName(passed.boot.number))-") }
        guard let time = time(of: name) else { return false }
        return (passed.time.lowerBound - 60...passed.time.upperBound + 60).contains(time)
            || (passed.wall.lowerBound - 60...passed.wall.upperBound + 60).contains(time)
    }

    /// `…/system-heartbeat-20270614-091502.log`, in India.
    private static func time(of name: String) -> Int64? {
        let parts = name.lastComponent.dropLast(4).split(separator: "-")
        guard parts.count >= 4, let date = Int(parts[2]), let time = Int(parts[3]) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: Int(YearPlan.offset)) ?? .gmt
        let components = DateComponents(
            year: date / 10_000, month: date / 100 % 100, day: date % 100, hour: time / 10_000,
            minute: time / 100 % 100, second: time % 100)
        return calendar.date(from: components).map { Int64($0.timeIntervalSince1970) }
    }

    // MARK: Files

    /// From the last boot of a year in which a collection was due and could be made, to the end of the year.
    private func window(_ year: String, needsContainer: Bool) -> ClosedRange<Int>? {
        let boots = machine.passed.filter { $0.boot.year == year }
        let good = boots.last { passed in
            let boot = passed.boot
            // A short boot before it may have collected something already, as of then.
            let isFirstOfDay = !machine.passed.contains {
                $0.boot.day == boot.day && $0.boot.number < boot.number && $0.boot.turn != nil
            }
            return isFirstOfDay && passed.poweredSeconds > 900 && boot.disk == .roomy
                && !(needsContainer && boot.isContainerStopped)
        }
        guard let good, let last = boots.last, let first = boots.first(where: { $0.boot.day == good.boot.day }) else {
            return nil
        }
        return first.moments.lowerBound...last.moments.upperBound
    }

    private func accumulated(_ place: String, _ year: String) throws -> [String] {
        guard let tree = trees[year], let window = window(year, needsContainer: true) else { return [] }
        let whole = machine.passed.filter { $0.boot.year == year }
        var found: [String] = []
        var there = Set(tree.files.keys.filter { $0.hasPrefix(place + "/") })
        for (path, versions) in machine.source.files where path.hasPrefix(place + "/") {
            let (first, last) = (versions[0], versions[versions.count - 1])
            let isThere = there.remove(path) != nil
            let goneIn = machine.passed.first { $0.moments.contains(last.until) }?.boot.number ?? .max
            let wasCollected = machine.wasCollected(
                first.boot, before: goneIn, inYear: year, needsContainer: true)
            if isThere {
                let data = try tree.content(path)
                let isGone = last.until < window.lowerBound
                let isOne = versions.contains {
                    $0.data == data && (isGone || $0.until > window.lowerBound) && $0.from <= window.upperBound
                }
                if !isOne { found.append("\(year)/\(path) is none that was at the source then") }
                if let begin = whole.first?.moments.lowerBound, last.until < begin {
                    found.append("\(year)/\(path) was no more in that year")
                }
            } else if wasCollected != nil || last.until == .max && year == machine.passed.last?.boot.year {
                found.append("\(year)/\(path) of boot \(first.boot) is missing")
            }
        }
        return found + there.map { "\(year)/\($0) was never at the source" }
    }

    private func mirror(_ place: String, _ year: String) throws -> [String] {
        let needsContainer = YearSource.inContainer.contains(place)
        guard let tree = trees[year], let window = window(year, needsContainer: needsContainer) else { return [] }
        var have: [String: Data] = [:]
        for path in tree.files.keys where path.hasPrefix(place + "/") && !path.contains("/pgdump-") {
            have[path] = try tree.content(path)
        }
        let files = machine.source.files.filter { $0.key.hasPrefix(place + "/") }
        var nearest: [String]?
        for moment in window {
            var want: [String: Data] = [:]
            for (path, versions) in files {
                want[path] = versions.last { $0.from <= moment && $0.until > moment }?.data
            }
            let differing = Set(want.keys).union(have.keys)
                .filter { want[$0] != have[$0] && !(have[$0] == nil && couldNotBeSent($0, year)) }
            if differing.isEmpty { return [] }
            if differing.count < nearest?.count ?? .max { nearest = Array(differing) }
        }
        return ["\(year)/\(place) is as the source never was from its last good boot on: \(nearest ?? [])"]
    }

    /// Whether it is named as one that was gone before it was sent, and truly was.
    private func couldNotBeSent(_ path: String, _ year: String) -> Bool {
        guard lacking[year]?.contains(path) == true, let version = machine.source.files[path]?.last,
            let goneIn = machine.passed.first(where: { $0.moments.contains(version.until) })?.boot.number,
            let collected = machine.wasCollected(version.boot, before: goneIn, inYear: year)
        else { return false }
        return !machine.couldBeSent(from: collected, before: goneIn)
    }
}
