import Glibc

/// Where a run's output begins in the file that takes it, so that the output of a failed run can be taken back.
struct OutputMark: Sendable {
    private let place: (descriptor: Int32, start: off_t)?

    init(_ output: Program.Output) {
        var facts = stat()
        guard case .file(let descriptor, _, _) = output, fstat(descriptor, &facts) == 0,
            facts.st_mode & S_IFMT == S_IFREG
        else {
            place = nil
            return
        }
        let appends = fcntl(descriptor, F_GETFL) & O_APPEND != 0
        place = (descriptor, appends ? facts.st_size : lseek(descriptor, 0, SEEK_CUR))
    }

    /// The beginning of what was written, where it can be read: the engine's own messages come this way.
    func printed(by result: ProgramResult) -> [UInt8] {
        guard let place else { return Array(result.output.prefix(4096)) }
        // The descriptor itself is often for writing only.
        let file = open("/proc/self/fd/\(place.descriptor)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        return Array(buffer.prefix(max(0, pread(file, &buffer, buffer.count, place.start))))
    }

    func takeBack() {
        guard let place else { return }
        // What fails here, a full disk's file included, leaves a file that its owner drops with the failed run.
        _ = ftruncate(place.descriptor, place.start)
        _ = lseek(place.descriptor, place.start, SEEK_SET)
    }
}
