import Foundation

/// Compares what the store has of a year with what was at the source, and when.
struct YearOracle {
    private let machine: YearMachine
    /// By year: the files below LEVEL 2, as they were checked out.
    private let trees: [String: FileTree]

    init(_ machine: YearMachine) throws {
        self.machine = machine
        let folder = machine.workspace.path("checkout")
        try machine.store.command("checkout", "mz150", "--to", folder).ended(with: 0)
        trees = try Self.levelTwo(below: folder)
    }

    private static func levelTwo(below folder: String) throws -> [String: FileTree] {
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
            guard let collected = machine.wasCollected(line.boot, before: line.goneIn ?? .max) else {
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
        machine.passed.compactMap { passed in
            let boot = passed.boot
            // Above high water nothing is collected, and the store is told why.
            guard passed.poweredSeconds > 300, !boot.isDiskFull else { return nil }
            let names = trees[boot.year]?.files.keys.filter { $0.hasPrefix("gstudio/system-heartbeat/") } ?? []
            let isThere = names.contains { name in
                if name.contains("-held-\(SteppedClock.bootName(boot.number))-") { return true }
                guard let time = Self.time(of: name), !name.contains("-held-") else { return false }
                return (passed.time.lowerBound - 60...passed.time.upperBound + 60).contains(time)
                    || (passed.wall.lowerBound - 60...passed.wall.upperBound + 60).contains(time)
            }
            return isThere
                ? nil : "no heartbeat in \(boot.year) of boot \(boot.number), on for \(passed.poweredSeconds) s"
        }
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
            let isFirstOfDay = boot.number == 0 || machine.passed[boot.number - 1].boot.day < boot.day
            return isFirstOfDay && passed.poweredSeconds > 900 && !boot.isDiskFull
                && !(needsContainer && boot.isContainerStopped)
        }
        guard let good, let last = boots.last else { return nil }
        return good.moments.lowerBound...last.moments.upperBound
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
            } else if wasCollected != nil {
                found.append("\(year)/\(path) of boot \(first.boot) is missing")
            }
        }
        return found + there.map { "\(year)/\($0) was never at the source" }
    }

    private func mirror(_ place: String, _ year: String) throws -> [String] {
        let needsContainer = place.hasSuffix("postgres-dump")
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
            let differing = Set(want.keys).union(have.keys).filter { want[$0] != have[$0] }
            if differing.isEmpty { return [] }
            if differing.count < nearest?.count ?? .max { nearest = Array(differing) }
        }
        return ["\(year)/\(place) is as the source never was from its last good boot on: \(nearest ?? [])"]
    }
}
