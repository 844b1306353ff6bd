import Glibc
import LevelTree
import Staging

/// Takes from a folder of logs every line that was not taken yet.
struct LogFollower {
    let context: CollectionContext
    let memory: LogMemory
    private let days: DayFiles
    private(set) var followed: [FollowedFile] = []
    private(set) var shortfalls: [Shortfall] = []
    /// Of each log, the day of its newest line.
    private var newest: [String: LogDay]
    private var isFull = false
    /// Logs of which a file waits for room, and all that is newer with it: lines stay in order.
    private var waiting: Set<String> = []

    /// How much is written between two looks at the disk.
    private static let interval: UInt64 = 8 << 20

    init(_ context: CollectionContext, memory: LogMemory, scratch: ScratchFolder) {
        self.context = context
        self.memory = memory
        days = DayFiles(in: scratch)
        newest = Dictionary(memory.files.map { ($0.log, LogDay(number: $0.day)) }, uniquingKeysWith: max)
    }

    /// Reads all logs, oldest first.
    /// - Parameter leftOut: logs of which some files were left out: how far those were read stays known.
    /// - Throws: `CollectingProblem`; then nothing of what was read counts.
    mutating func run(_ logs: [OpenedLog], leftOut: Set<String> = []) throws(CollectingProblem) {
        let logs = LogFollower.withoutUnfinished(logs).sorted {
            ($0.name.log, $0.name.age) < ($1.name.log, $1.name.age)
        }
        var matching = LogMatching(memory)
        var known: [Int: (LogContent, FollowedFile)] = [:]
        var rest: [Int] = []
        for (index, log) in logs.enumerated() {
            if log.name.isCompressed {
                if let record = try matching.finished(log) { followed.append(record) } else { rest.append(index) }
            } else if case let content = LogContent(log), let record = try matching.same(log, content) {
                known[index] = (content, record)
            } else {
                rest.append(index)
            }
        }
        for (position, index) in rest.enumerated().reversed()
        where try LogFollower.isCopyInTheMaking(logs[index], among: logs) {
            rest.remove(at: position)
        }
        for (index, log) in logs.enumerated() {
            if let (content, record) = known[index] {
                try take(log, content, from: record)
            } else if rest.contains(index) {
                if hasToWait(log) {
                    if log.size > 0 { wait(log) }
                    continue
                }
                let content = LogContent(log)
                try take(log, content, from: try matching.heir(log, content))
            }
        }
        keepOrMiss(matching.missing, leftOut: leftOut)
    }

    /// gzip writes `x.log.2.gz` while `x.log.2` is still there: what is there in both forms is taken from the plain one.
    private static func withoutUnfinished(_ logs: [OpenedLog]) -> [OpenedLog] {
        let plain = Set(logs.filter { !$0.name.isCompressed }.map(\.name.bytes))
        return logs.filter { !$0.name.isCompressed || !plain.contains(Array($0.name.bytes.dropLast(3))) }
    }

    /// `copytruncate` copies a log before it empties it: until then, all that is in the copy is in the log.
    private static func isCopyInTheMaking(_ copy: OpenedLog, among logs: [OpenedLog]) throws(CollectingProblem) -> Bool
    {
        guard !copy.name.isCompressed, copy.name.age != .current,
            let log = logs.first(where: {
                $0.name.log == copy.name.log && $0.name.age == .current && !$0.name.isCompressed
            })
        else { return false }
        return try LogContent(copy).isBeginning(of: LogContent(log))
    }

    private func hasToWait(_ log: OpenedLog) -> Bool { isFull || waiting.contains(log.name.log) }

    private mutating func take(
        _ log: OpenedLog, _ content: LogContent, from record: FollowedFile?
    ) throws(CollectingProblem) {
        var sorter = LogSorter(day: record.map { LogDay(number: $0.day) } ?? newest[log.name.log] ?? day(of: log))
        var reading = LogReading(content, from: record)
        var nextLook = days.written
        while true {
            if days.written >= nextLook {
                nextLook = days.written + LogFollower.interval
                if Task.isCancelled { throw CollectingProblem(.unreadable, "stopped while log lines were taken") }
                // What is taken lies here once, and a second time where staging joins it to the day's earlier lines.
                if !isFull { isFull = context.room() < days.written + 2 * LogFollower.interval }
            }
            if hasToWait(log) {
                if !reading.isAtEnd { wait(log) }
                break
            }
            let days = days
            guard
                try reading.next(
                    isFinal: log.name.isFinal,
                    { (lines) throws(CollectingProblem) in
                        try sorter.take(lines) { (day, run) throws(CollectingProblem) in
                            try days.append(run, of: log, on: day)
                        }
                    })
            else { break }
        }
        if let damage = content.damage {
            miss(log, "is a damaged gzip file (\(damage)); the lines before that were taken")
        }
        newest[log.name.log] = max(newest[log.name.log] ?? sorter.day, sorter.day)
        // Of an empty file there is nothing to know it by: its inode may soon be another's. An empty compressed file is
        // remembered, so that it is not unpacked again.
        guard reading.offset > 0 || log.name.isCompressed && reading.isAtEnd else { return }
        followed.append(
            FollowedFile(
                log: log.name.log, inode: log.inode, size: log.size, modified: log.modifiedNanoseconds,
                isCompressed: log.name.isCompressed && reading.isAtEnd,
                isCurrent: log.name.age == .current, offset: reading.offset, head: reading.head, tail: reading.tail,
                day: sorter.day.number))
    }

    /// Of lines that come before any date: the day on which the file was last written, in the school's time.
    private func day(of log: OpenedLog) -> LogDay {
        let time = context.timeZone.local(log.modified)
        return LogDay(year: time.year, month: time.month, day: time.day) ?? LogDay(number: 1970_01_01)
    }

    private mutating func keepOrMiss(_ missing: [FollowedFile], leftOut: Set<String>) {
        for record in missing {
            // It may be one of those that were not looked into, and would be taken from its start once it is.
            if waiting.contains(record.log) || leftOut.contains(record.log) {
                followed.append(record)
                continue
            }
            guard record.isCurrent else { continue }
            shortfalls.append(
                Shortfall(
                    path: "\(record.log).log",
                    reason: "was truncated or removed since the last collection; lines that were written in between "
                        + "and moved nowhere are lost"))
        }
    }

    private mutating func miss(_ log: OpenedLog, _ reason: String) {
        shortfalls.append(Shortfall(path: escapedText(log.name.bytes), reason: reason))
    }

    private mutating func wait(_ log: OpenedLog) {
        waiting.insert(log.name.log)
        miss(log, "waits for room on the staging disk: its newest lines are not taken yet")
    }

    /// What was taken, and how far.
    func gathering() throws(CollectingProblem) -> Gathering {
        do {
            return Gathering(
                parts: try days.parts(), shortfalls: shortfalls, memory: try LogMemory(files: followed).encoded())
        } catch {
            throw CollectingProblem(.unusable, "what was read of the logs cannot be staged: \(error)")
        }
    }
}
