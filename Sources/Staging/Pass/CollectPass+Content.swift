import Glibc
import LevelTree

extension CollectPass {
    /// How often a file that changes while it is read is tried.
    private static let attempts = 3

    private var part: UInt8 { isCopied ? 0 : UInt8(truncatingIfNeeded: sources.part) }

    /// A plain file at the source: kept, or left out, unread if it is what it was, else read.
    func takeFile(_ status: FileStatus, replaces: Bool) throws {
        let stamp = SourceStamp(status, isRacy: false)
        if sources.judge != nil, let reason = knownRefusals.reason(for: sources.path, stamp) {
            refusals.note(sources.path, stamp, reason)
            return try leaveOut(reason, replaces: replaces)
        }
        if replaces, let baseline, baseline.isTrusted {
            var record = baseline.entries.record
            // A racy stamp equals none that is made here.
            if record.mode == status.mode, record.stamp == stamp {
                record.isStale = false
                record.part = part
                figures.filesKept += 1
                lastPath = sources.path
                return try draft.keep(record)
            }
        }
        try readFile(replaces: replaces)
    }

    private func readFile(replaces: Bool) throws {
        for _ in 0..<CollectPass.attempts {
            guard let source = sources.open() else { return try miss(missedReason(errno), replaces: replaces) }
            guard let before = FileStatus.of(source.number) else {
                return try miss(missedReason(errno), replaces: replaces)
            }
            guard before.kind == .file else { return try miss(missedReason(ENXIO), replaces: replaces) }
            switch look(into: source, before) {
            case .fit: break
            case .refused(let reason): return try leaveOut(reason, replaces: replaces)
            case .faulty(let reason): return try miss(reason, replaces: replaces)
            case .changing: continue
            }
            let copy = try draft.beginCopy(sources.path, size: before.size)
            let count: UInt64
            do {
                count = try intake.take(source, size: before.size, into: copy)
            } catch .source(let number) {
                try draft.discardCopy(copy, sources.path, size: before.size)
                return try miss(missedReason(number), replaces: replaces)
            } catch .other(let error) {
                throw error
            }
            figures.filesRead += 1
            figures.bytesRead += count
            let now = options.fileClock()
            guard let after = unchanged(source, before), count == before.size else {
                try draft.discardCopy(copy, sources.path, size: before.size)
                continue
            }
            let stamp = SourceStamp(after, isRacy: options.isRacy(after, now))
            return try accept(copy, EntryRecord(stamp: stamp, mode: after.mode, part: part), replaces: replaces)
        }
        try miss("changed each of \(CollectPass.attempts) times that it was read", replaces: replaces)
    }

    /// A file that the collector made. If it says what it said before, it is the file that it was.
    func takeText(_ bytes: [UInt8], mode: UInt16, modified: FileTime, replaces: Bool) throws {
        guard isCopied else {
            return try miss("was made here, which a set taken by reference cannot hold", replaces: replaces)
        }
        if replaces, let baseline, baseline.isTrusted {
            var record = baseline.entries.record
            if record.stamp.size == UInt64(bytes.count), record.mode == mode {
                try take(bytes, into: nil)
                if baseline.hasChunks(intake.chunks) {
                    record.isStale = false
                    figures.filesKept += 1
                    lastPath = sources.path
                    return try draft.keep(record)
                }
            }
        }
        let copy = try draft.beginCopy(sources.path, size: UInt64(bytes.count))
        try take(bytes, into: copy)
        let stamp = SourceStamp(modified, size: UInt64(bytes.count))
        try accept(copy, EntryRecord(stamp: stamp, mode: mode, part: 0), replaces: replaces)
    }

    private func take(_ bytes: [UInt8], into copy: Descriptor?) throws {
        do {
            try intake.take(bytes, into: copy)
        } catch .other(let error) {
            throw error
        } catch .source(let number) {
            throw StagingError.failing(to: "take a made file in", number)
        }
    }

    /// A larger file that the collector made: linked in, if it says something new.
    func takeMade(_ made: MadeFile, _ status: FileStatus, replaces: Bool) throws {
        guard isCopied else {
            return try miss("was made here, which a set taken by reference cannot hold", replaces: replaces)
        }
        guard let file = sources.open() else { throw StagingError.failing(to: "open \(made.path)") }
        if made.continuesLast, replaces, let baseline, baseline.isSameYear {
            if baseline.isTrusted || baseline.isStagedCopyWhole(intake) {
                return try continueLast(with: file, made, status, baseline)
            }
            shortfalls.append(sources.path, "its staged copy is damaged, so that only what is new of it is kept")
            isRewritten = true
        } else if made.continuesLast, let before = recoveredCopy() {
            return try join(before, with: file, made, status, replaces: false)
        }
        try hash(file, size: status.size)
        let stamp = SourceStamp(made.modified, size: status.size)
        if replaces, let baseline, baseline.isTrusted, baseline.entries.record.mode == made.mode & 0o777,
            baseline.hasChunks(intake.chunks)
        {
            var record = baseline.entries.record
            record.isStale = false
            figures.filesKept += 1
            lastPath = sources.path
            return try draft.keep(record)
        }
        let record = EntryRecord(stamp: stamp, mode: made.mode & 0o777, part: 0)
        if replaces { noteRewriting(file) }
        try draft.adopt(file, at: made.path, as: sources.path, record)
        lastPath = sources.path
        try draft.add(record, path: sources.path, chunks: intake.chunks)
    }

    /// The last generation's content, and behind it what was made.
    private func continueLast(
        with tail: Descriptor, _ made: MadeFile, _ status: FileStatus, _ baseline: Baseline
    ) throws {
        guard let root = baseline.root,
            let before = Descriptor.opening(CName(sources.path), in: root.number, O_RDONLY | O_NOFOLLOW)
        else { throw baseline.contentGone() }
        try join((before, baseline.entries.record.stamp.size), with: tail, made, status, replaces: true)
    }

    private func join(
        _ before: (file: Descriptor, size: UInt64), with tail: Descriptor, _ made: MadeFile, _ status: FileStatus,
        replaces: Bool
    ) throws {
        let size = before.size + status.size
        guard let copy = try draft.beginCopy(sources.path, size: size) else {
            preconditionFailure("only sets of copies hold what was made")
        }
        for part in [before.file, tail] {
            try copyAll(part, to: copy.number) { StagingError.failing(to: "write a staged copy", $0) }
        }
        guard lseek(copy.number, 0, SEEK_SET) == 0 else { throw StagingError.failing(to: "read back a staged copy") }
        try hash(copy, size: size)
        let record = EntryRecord(stamp: SourceStamp(made.modified, size: size), mode: made.mode & 0o777, part: 0)
        try accept(copy, record, replaces: replaces)
    }

    /// What the last generation had of the current path, where its list was lost.
    private func recoveredCopy() -> (file: Descriptor, size: UInt64)? {
        guard let recovered,
            let file = Descriptor.opening(
                CName(sources.path), in: recovered.number, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
            let status = FileStatus.of(file.number), status.kind == .file
        else { return nil }
        return (file, status.size)
    }

    /// The same, where the source gives nothing better.
    func keepRecovered(isStale: Bool) throws {
        guard let old = recoveredCopy(), let status = FileStatus.of(old.file.number) else { return }
        let copy = try draft.beginCopy(sources.path, size: old.size)
        try hash(old.file, size: old.size, into: copy)
        var record = EntryRecord(stamp: SourceStamp(status.modified, size: old.size), mode: status.mode, part: 0)
        record.isStale = isStale
        try accept(copy, record, replaces: false)
    }

    /// Reads what a damaged staged copy held from the source once more.
    /// - Returns: false if it is not there as it was.
    func readStanding(_ baseline: Baseline) throws -> Bool {
        let path = baseline.entries.path
        guard let place = (try? RelativePath(path)).flatMap(standing), let source = try? place.open(.file),
            let before = FileStatus.of(source.number)
        else { return false }
        let copy = try draft.beginCopy(path, size: before.size)
        let count: UInt64
        do {
            count = try intake.take(source, size: before.size, into: copy)
        } catch .source {
            try draft.discardCopy(copy, path, size: before.size)
            return false
        } catch .other(let error) {
            throw error
        }
        guard baseline.hasChunks(intake.chunks) else {
            try draft.discardCopy(copy, path, size: before.size)
            return false
        }
        figures.filesRead += 1
        figures.bytesRead += count
        lastPath = path
        var record = baseline.entries.record
        record.isStale = false
        try draft.finishCopy(copy, path, record)
        try draft.add(record, path: path, chunks: intake.chunks)
        return true
    }

    /// Cuts and hashes a file that is ours: what is wrong with it is staging's fault.
    private func hash(_ file: Descriptor, size: UInt64, into copy: Descriptor? = nil) throws {
        do {
            guard try intake.take(file, size: size, into: copy) == size else {
                throw StagingError(.damaged, "a file that was made for \(dataset) is not as long as it was")
            }
        } catch let failure as ContentIntake.Failure {
            switch failure {
            case .source(let number): throw StagingError.failing(to: "read a made file", number)
            case .other(let error): throw error
            }
        }
    }

    /// The content in `intake` is good: a new entry, unless it is the old one after all.
    private func accept(_ copy: Descriptor?, _ record: EntryRecord, replaces: Bool) throws {
        let path = sources.path
        lastPath = path
        if replaces, let baseline, baseline.isTrusted {
            let old = baseline.entries.record
            if old.stamp.size == record.stamp.size, old.stamp.modified == record.stamp.modified,
                old.mode == record.mode, baseline.hasChunks(intake.chunks)
            {
                try draft.discardCopy(copy, path, size: record.stamp.size)
                return try draft.keep(record)
            }
        }
        try draft.finishCopy(copy, path, record)
        if replaces, let copy { noteRewriting(copy) }
        try draft.add(record, path: path, chunks: intake.chunks)
    }

    /// A log that only grew holds what it held; anything else loses what was accumulated, if that was never sent.
    private func noteRewriting(_ copy: Descriptor) {
        guard dataset.kind == .accumulate, !isRewritten, let baseline, baseline.isSameYear,
            baseline.row.generation.state == .pending
        else { return }
        isRewritten = !baseline.isBeginning(of: copy, intake.chunks)
    }
}

extension StagingOptions {
    /// Whether a change right after `now` could leave the file with the same times: git's rule for "racy" entries
    /// (git's Documentation/technical/racy-git.txt), with a margin for file systems that count in whole seconds.
    ///
    /// Times far in the future do not count: a clock that was set back does not come to that very nanosecond again.
    func isRacy(_ status: FileStatus, _ now: FileTime) -> Bool {
        func isNear(_ time: FileTime) -> Bool {
            let distance = time.seconds.subtractingReportingOverflow(now.seconds)
            return !distance.overflow && distance.partialValue.magnitude <= UInt64(racySeconds)
        }
        return racySeconds > 0 && (isNear(status.changed) || isNear(status.modified))
    }
}

extension SourceStamp {
    /// Of a file that was made here: no stamp of a source's file equals it.
    fileprivate init(_ modified: FileTime, size: UInt64) {
        self.init(size: size, modified: modified, changed: FileTime(seconds: 0, nanoseconds: 0), inode: 0)
    }

    init(_ status: FileStatus, isRacy: Bool) {
        self.init(
            size: status.size, modified: status.modified, changed: status.changed, inode: status.inode, isRacy: isRacy)
    }
}
