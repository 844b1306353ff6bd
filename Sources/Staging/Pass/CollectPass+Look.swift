import Glibc

/// What is asked about a file's content before it is taken.
extension CollectPass {
    enum Look: Hashable {
        case fit
        /// It holds what is never collected.
        case refused(String)
        /// It is not whole.
        case faulty(String)
        /// It was written to while it was looked into: what was seen says nothing.
        case changing
    }

    /// - Parameter source: open at its beginning, and so again if it is fit.
    func look(into source: Descriptor, _ status: FileStatus) -> Look {
        if let reason = refusal(of: source, status) {
            note(read: status)
            return .refused(reason)
        }
        guard let fault else { return .fit }
        if let reason = fault(sources.path, source.number) {
            note(read: status)
            return unchanged(source, status) == nil ? .changing : .faulty("\(reason), as after a power cut")
        }
        guard lseek(source.number, 0, SEEK_SET) == 0 else { return .faulty(missedReason(errno)) }
        return .fit
    }

    /// Why what a small file holds is never collected, if it is not. A file that changes after this look is read again, as
    /// its times tell.
    private func refusal(of source: Descriptor, _ status: FileStatus) -> String? {
        guard let judge = sources.judge, status.size <= SourceFolder.judgedSize,
            let content = readExactly(source, at: 0, Int(status.size)), let reason = judge(content)
        else { return nil }
        let stamp = SourceStamp(status, isRacy: options.isRacy(status, options.fileClock()))
        refusals.note(sources.path, stamp, reason)
        return reason
    }

    private func note(read status: FileStatus) {
        figures.filesRead += 1
        figures.bytesRead += status.size
    }

    /// Its status now, if it is the one that it had before; nil if it is not.
    func unchanged(_ source: Descriptor, _ before: FileStatus) -> FileStatus? {
        guard let after = FileStatus.of(source.number), after.mode == before.mode,
            SourceStamp(after, isRacy: false) == SourceStamp(before, isRacy: false)
        else { return nil }
        return after
    }
}
