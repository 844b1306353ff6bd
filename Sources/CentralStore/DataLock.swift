import Glibc
import Synchronization

/// The exclusive lock on a data directory (`flock(2)`), held until it is released or the process ends, however it ends.
final class DataLock: Sendable {
    private let file: Mutex<OpenFile?>

    /// - Throws: `StoreError` with code `busy` while another process has it.
    init(_ path: String) throws {
        let file = try OpenFile(path, flags: O_RDWR | O_CREAT)
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw systemError("locking \(path)") }
            throw StoreError(
                .busy,
                "another clix-store is at work on this data directory (\(path) is locked); wait for it, or let the "
                    + "running clix-store serve do it")
        }
        self.file = Mutex(file)
    }

    /// Lets the lock go, and does not leave that to closing the file: until a child that somebody is starting has become
    /// its program, it has the file open too.
    func release() {
        file.withLock { file in
            if let file { flock(file.descriptor, LOCK_UN) }
            file = nil
        }
    }

    deinit { release() }
}
