import Collecting
import Glibc
import Staging

/// Lets one of the platform's scripts be run at a time: a lock (`flock(2)`) on a file of the state directory, which ends
/// with the process at the latest. It is another one than staging's, as a run takes long.
final class ScriptLock {
    private let file: Int32

    /// - Throws: `ScriptProblem`, `.busy` while another process has it; `StagingError` if there can be no such file.
    init(in files: InstallationFiles) throws {
        let path = files.directory + "/run-script.lock"
        try files.makeDirectory()
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw ScriptLock.failing(path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            defer { close(file) }
            guard isTaken else { throw ScriptLock.failing(path) }
            throw ScriptProblem(
                .busy,
                "another clix-collectd runs one of the platform's scripts, and one at a time is enough for this machine; "
                    + "run this again once it has ended")
        }
    }

    private static func failing(_ path: String) -> StagingError {
        StagingError(.io, "cannot lock \(path): \(String(cString: strerror(errno)))")
    }

    /// Closing alone would not do: a program that is just being started by another thread has the file open too, until
    /// its exec.
    deinit {
        flock(file, LOCK_UN)
        close(file)
    }
}
