import CLinux
import Glibc

/// An open file descriptor, closed when the last reference to it goes.
final class Descriptor: Sendable {
    let number: Int32

    /// Takes the descriptor over.
    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens `name` in `folder`; nil, with `errno` set, if that fails.
    static func opening(_ name: CName, in folder: Int32 = AT_FDCWD, _ flags: Int32, mode: mode_t = 0) -> Descriptor? {
        let number = name.withPointer { clinux_openat(folder, $0, flags, mode) }
        return number < 0 ? nil : Descriptor(number)
    }

    /// Opens a folder without following a symlink in its last component; nil, with `errno` set, if that fails.
    static func openingFolder(_ name: CName, in folder: Int32 = AT_FDCWD) -> Descriptor? {
        opening(name, in: folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }
}

/// A name or path as the kernel takes it: raw bytes that end with a NUL.
struct CName: ExpressibleByStringLiteral {
    private let bytes: [UInt8]

    /// - Parameter bytes: without a NUL; the kernel would take only what stands before one.
    init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes) + [0]
    }

    init(_ text: String) { self.init(text.utf8) }

    init(stringLiteral text: String) { self.init(text.utf8) }

    func withPointer<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBufferPointer { buffer in
            try buffer.withMemoryRebound(to: CChar.self) { rebound in
                guard let start = rebound.baseAddress else { preconditionFailure("a name always has its NUL") }
                return try body(start)
            }
        }
    }
}

extension StagingError {
    /// A call failed. Reads `errno` unless told; no room becomes `.diskFull`.
    ///
    /// - Parameter doing: reads on after "cannot": "write /var/lib/clix-collect/…".
    static func failing(to doing: String, _ number: Int32 = errno) -> StagingError {
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT:
            return StagingError(
                .diskFull, "cannot \(doing): \(reason); make room on the disk or lower keep_free", errorNumber: number)
        default:
            return StagingError(.io, "cannot \(doing): \(reason)", errorNumber: number)
        }
    }
}
