import Glibc

/// Takes a program's output up to a limit, into memory or into an open file.
struct OutputSink {
    enum Taken { case all, full, failed(errno: Int32) }

    private(set) var bytes: [UInt8] = []
    private var room: Int64
    private let descriptor: Int32?

    init(_ output: Program.Output) {
        switch output {
        case .memory(let limit):
            room = Int64(limit)
            descriptor = nil
        case .file(let file, let limit):
            room = limit
            descriptor = file
        }
    }

    /// Takes what there is room for. `full` means that something was left over: output of exactly the limit is whole.
    mutating func take(_ part: UnsafeRawBufferPointer) -> Taken {
        let taken = UnsafeRawBufferPointer(rebasing: part.prefix(Int(min(room, Int64(part.count)))))
        if let descriptor {
            if let failure = write(taken, to: descriptor) { return .failed(errno: failure) }
        } else {
            bytes.append(contentsOf: taken)
        }
        room -= Int64(taken.count)
        return taken.count < part.count ? .full : .all
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
