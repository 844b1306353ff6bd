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
    private var newest: [LogName: LogDay]
    private var isFull = false
    /// Logs of which a file waits for room, and all that is newer with it: lines stay in order.
    private var waiting: Set<LogName> = []
    /// The same of logs of which a file was removed or emptied under our hands: the next pass finds where its lines went.
    private var moved: Set<LogName> = []

    /// How much is written between two looks at the disk.
    private static let interval: UInt64 = 8 << 20

    init(_ context: CollectionContext, memory: LogMemory, scratch: ScratchFolder) {
        self.context = context
        self.memory = memory
        days = DayFiles(in: scratch, staged: memory.days)
        newest = Dictionary(memory.files.map { ($0.log, LogDay(number: $0.day)) }, uniquingKeysWith: max)
    }

    /// Reads all logs, oldest first.
    /// - Parameter leftOut: logs of which some files were left out: how far those were read stays known.
    /// - Throws: `CollectingProblem`; then nothing of what was read counts.
    mutating func run(_ logs: [SeenLog], leftOut: Set<LogName> = []) throws(CollectingProblem) {
        let logs = LogFollower.withoutUnfinished(logs).sorted {
            ($0.name.log, $0.name.age) < ($1.name.log, $1.name.age)
        }
        var matching = try LogMatching(memory, logs)
        for log in logs {
            if let record = matching.record(of: log) {
                try goOn(log, from: record)
            } else {
                try begin(log, &matching)
            }
        }
        keepOrMiss(matching.missing, leftOut: leftOut)
    }

    /// gzip writes `x.log.2.gz` while `x.log.2` is still there: what is there in both forms is taken from the plain one.
    private static func withoutUnfinished(_ logs: [SeenLog]) -> [SeenLog] {
        let plain = Set(logs.filter { !$0.name.isCompressed }.map(\.name.bytes))
        return logs.filter { !$0.name.isCompressed || !plain.contains(Array($0.name.bytes.dropLast(3))) }
    }

    private mutating func goOn(_ log: SeenLog, from record: FollowedFile) throws(CollectingProblem) {
        guard !record.isCompressed, !moved.contains(log.name.log), let content = try log.open() else {
            if !record.isCompressed { moved.insert(log.name.log) }
            return followed.append(record)
        }
        try take(log, content, from: record)
    }

    private mutating func begin(_ log: SeenLog, _ matching: inout LogMatching) throws(CollectingProblem) {
        guard !moved.contains(log.name.log) else { return }
        guard !hasToWait(log) else {
            if log.facts.size > 0 { wait(log) }
            return
        }
        guard let content = try log.open() else {
            moved.insert(log.name.log)
            return
        }
        switch try matching.stranger(log, content) {
        case .copyInTheMaking: return
        case .new: try take(log, content, from: nil)
        case .heir(let record): try take(log, content, from: record)
        }
    }

    private func hasToWait(_ log: SeenLog) -> Bool { isFull || waiting.contains(log.name.log) }

    private mutating func take(
        _ log: SeenLog, _ content: LogContent, from record: FollowedFile?
    ) throws(CollectingProblem) {
        var sorter = LogSorter(day: firstDay(of: log, record), believed: believed)
        var reading = LogReading(content, from: record, seen: log.name.isCompressed ? nil : log.head)
        var nextLook = days.written
        reading: while true {
            if days.written >= nextLook {
                nextLook = days.written + LogFollower.interval
                try look()
            }
            if hasToWait(log) {
                if !reading.isAtEnd { wait(log) }
                break
            }
            let step = try reading.next(isFinal: log.name.isFinal) { (lines) throws(CollectingProblem) in
                try sort(lines, of: log, with: &sorter)
            }
            switch step {
            case .taken: continue
            case .end: break reading
            case .refused:
                wait(log)
                break reading
            case .changed:
                moved.insert(log.name.log)
                break reading
            }
        }
        if let damage = content.damage {
            miss(log, "is a damaged gzip file (\(damage)); the lines before that were taken")
        }
        newest[log.name.log] = max(newest[log.name.log] ?? sorter.day, sorter.day)
        remember(log, reading, sorter.day)
    }

    /// Whether there is room still, and the pass is wanted.
    private mutating func look() throws(CollectingProblem) {
        if Task.isCancelled { throw CollectingProblem(.unreadable, "stopped while log lines were taken") }
        if !isFull { isFull = !isRoom(for: days.joined) }
    }

    /// What is taken lies here already; staging writes it a second time, behind a copy of the day's earlier lines.
    private func isRoom(for joined: UInt64) -> Bool { context.room() >= joined + 2 * LogFollower.interval }

    /// - Returns: false if there is no room for the days that these lines belong to; then none of them is taken.
    private func sort(
        _ lines: UnsafeRawBufferPointer, of log: SeenLog, with sorter: inout LogSorter
    ) throws(CollectingProblem) -> Bool {
        var next = sorter
        var runs: [(day: LogDay, lines: UnsafeRawBufferPointer)] = []
        next.take(lines) { runs.append(($0, $1)) }
        let more = days.joinedFirst(log.name.log, on: Set(runs.map(\.day)))
        guard more == 0 || isRoom(for: days.joined + more) else { return false }
        for run in runs { try days.append(run.lines, of: log, on: run.day) }
        sorter = next
        return true
    }

    private mutating func remember(_ log: SeenLog, _ reading: LogReading, _ day: LogDay) {
        // Of an empty file there is nothing to know it by: its inode may soon be another's. An empty compressed file is
        // remembered, so that it is not unpacked again.
        guard reading.offset > 0 || log.name.isCompressed && reading.isAtEnd else { return }
        followed.append(
            FollowedFile(
                log: log.name.log, inode: log.facts.inode, size: log.facts.size,
                modified: log.facts.modifiedNanoseconds, isCompressed: log.name.isCompressed && reading.isAtEnd,
                isCurrent: log.name.age == .current, offset: reading.offset, head: reading.head, tail: reading.tail,
                day: day.number))
    }

    /// Of lines that come before any date: the last one's, or the day on which the file was last written.
    private func firstDay(of log: SeenLog, _ record: FollowedFile?) -> LogDay {
        let last = record.map { LogDay(number: $0.day) } ?? newest[log.name.log]
        return [last, day(log.facts.modified)].compactMap { $0 }.first(where: believed.contains)
            ?? day(context.now) ?? believed.lowerBound
    }

    /// In the school's time.
    private func day(_ time: FileTime) -> LogDay? {
        let time = context.timeZone.local(time)
        return LogDay(year: time.year, month: time.month, day: time.day)
    }

    /// The days that a line may be of: none before there was a platform, and none after tomorrow, as long as the clock is
    /// believed.
    private var believed: ClosedRange<LogDay> {
        let first = LogDay(number: 2010_01_01)
        let tomorrow = FileTime(seconds: context.now.seconds + 86_400, nanoseconds: 0)
        guard context.isClockTrusted, let last = day(tomorrow), last > first else {
            return first...LogDay(number: 9999_12_31)
        }
        return first...last
    }

    private mutating func keepOrMiss(_ missing: [FollowedFile], leftOut: Set<LogName>) {
        for record in missing {
            // It may be one of those that were not looked into, and would be taken from its start once it is.
            if waiting.contains(record.log) || moved.contains(record.log) || leftOut.contains(record.log) {
                followed.append(record)
                continue
            }
            guard record.isCurrent else { continue }
            shortfalls.append(
                Shortfall(
                    path: escapedText(record.log.bytes + Array(".log".utf8)),
                    reason: "was truncated or removed since the last collection; lines that were written in between "
                        + "and moved nowhere are lost"))
        }
    }

    private mutating func miss(_ log: SeenLog, _ reason: String) {
        shortfalls.append(Shortfall(path: escapedText(log.name.bytes), reason: reason))
    }

    private mutating func wait(_ log: SeenLog) {
        waiting.insert(log.name.log)
        miss(log, "waits for room on the staging disk: its newest lines are not taken yet")
    }

    /// What was taken, and how far.
    func gathering() throws(CollectingProblem) -> Gathering {
        do {
            return Gathering(
                parts: try days.parts(), shortfalls: shortfalls,
                memory: try LogMemory(files: followed, days: days.sizes()).encoded())
        } catch {
            throw CollectingProblem(.unusable, "what was read of the logs cannot be staged: \(error)")
        }
    }
}
