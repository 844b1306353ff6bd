import Glibc
import LevelTree

/// Turns what a system call said into a sentence with its place.
enum TreeFault {
    /// - Parameters:
    ///   - doing: reads on after "cannot": "write", "make the folder".
    ///   - place: the path as text for people.
    static func error(_ doing: String, _ place: String, _ number: Int32 = errno) -> StoreError {
        let reason = String(cString: strerror(number))
        let code: StoreError.Code = isFull(number) ? .storeFull : .storage
        return StoreError(code, "cannot \(doing) \(place): \(reason)\(advice(number))")
    }

    private static func isFull(_ number: Int32) -> Bool { number == ENOSPC || number == EDQUOT }

    private static func advice(_ number: Int32) -> String {
        switch number {
        case ENOSPC: "; free some space (df -h and df -i show which kind ran out), then run this again"
        case EDQUOT: "; the quota of this user is used up"
        case EROFS: "; the filesystem is mounted read-only"
        case EACCES, EPERM: "; this user may not do that there"
        case EMFILE, ENFILE: "; too many files are open"
        case EIO: "; the disk is failing, see the kernel's log"
        case ELOOP, ENOTDIR: "; something else stands where a folder must be"
        default: ""
        }
    }
}

/// A file or folder name for a system call: raw bytes, ended by a NUL.
func withFileName<R>(_ name: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) throws -> R) rethrows -> R {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { buffer in
        var position = 0
        for byte in name {
            buffer[position] = CChar(bitPattern: byte)
            position += 1
        }
        buffer[position] = 0
        // The buffer has at least one element, so it has a base address.
        guard let base = buffer.baseAddress else { preconditionFailure("an empty buffer for a file name") }
        return try body(UnsafePointer(base))
    }
}
