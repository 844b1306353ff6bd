import Glibc

/// Takes a program's output up to a limit, into memory or into an open file.
struct OutputSink {
    enum Taken { case all, full, failed(errno: Int32) }

    private(set) var bytes: [UInt8] = []
    private var room: Int64
    private let descriptor: Int32?
    private let ask: ((Int64) -> UInt64)?
    private var written: Int64 = 0
    /// How much is still written before the next question.
    private var allowed: Int64 = 0

    /// At most so much is written between two questions: others write to the same disk.
    private static let interval: Int64 = 8 << 20

    init(_ output: Program.Output) {
        switch output {
        case .memory(let limit):
            room = Int64(limit)
            descriptor = nil
            ask = nil
        case .file(let file, let limit, let ask):
            room = limit
            descriptor = file
            self.ask = ask
        }
    }

    /// Takes what there is room for. `full` means that something was left over: output of exactly the limit is whole.
    mutating func take(_ part: UnsafeRawBufferPointer) -> Taken {
        let taken = UnsafeRawBufferPointer(rebasing: part.prefix(Int(min(room, Int64(part.count)))))
        if let descriptor {
            guard hasRoom(Int64(taken.count)) else { return .failed(errno: ENOSPC) }
            if let failure = write(taken, to: descriptor) { return .failed(errno: failure) }
        } else {
            bytes.append(contentsOf: taken)
        }
        room -= Int64(taken.count)
        return taken.count < part.count ? .full : .all
    }

    /// The disk counts as full once there is no room that is ours.
    private mutating func hasRoom(_ count: Int64) -> Bool {
        guard let ask else { return true }
        if count > allowed { allowed = min(OutputSink.interval, Int64(clamping: ask(written))) }
        guard count <= allowed else { return false }
        allowed -= count
        written += count
        return true
    }

    private func write(_ part: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
        var rest = part[...]
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(written)
        }
        return nil
    }
}
