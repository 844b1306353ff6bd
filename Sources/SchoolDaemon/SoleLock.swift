import Collecting
import Glibc
import Staging

/// Lets one process at a time do a thing: a lock (`flock(2)`) on a file of the state directory, which ends with the
/// process at the latest. It is another one than staging's, which is held only while somebody is at work there.
public final class SoleLock: Sendable {
    private let file: Int32

    /// - Parameter taken: what is thrown while another process has it.
    /// - Throws: `StagingError` if there can be no such file.
    init(_ name: String, in files: InstallationFiles, taken: @autoclosure () -> any Error) throws {
        let path = "\(files.directory)/\(name).lock"
        try files.makeDirectory()
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw SoleLock.failing(path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            defer { close(file) }
            throw isTaken ? taken() : SoleLock.failing(path)
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

extension SoleLock {
    /// One of the platform's scripts is run at a time.
    /// - Throws: `ScriptProblem`, `.busy` while another process has it.
    static func script(in files: InstallationFiles) throws -> SoleLock {
        try SoleLock(
            "run-script", in: files,
            taken: ScriptProblem(
                .busy,
                "another clix-collectd runs one of the platform's scripts, and one at a time is enough for this machine; "
                    + "run this again once it has ended"))
    }
}

extension School {
    /// Makes this process the one daemon of its state directory, until the lock is let go.
    /// - Throws: `StagingError`, `.busy` if there is one already.
    public func beTheDaemon() throws -> SoleLock {
        try SoleLock(
            "run", in: files,
            taken: StagingError(
                .busy,
                "another clix-collectd run serves \(settings.staging.directory) already; systemctl status clix-collectd "
                    + "shows it"))
    }
}
