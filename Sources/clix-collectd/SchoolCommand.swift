import ArgumentParser
import Dispatch
import Glibc
import SchoolDaemon
import Settings
import Synchronization
import Terminal

/// A command that acts for this school: reads the configuration, asks the daemon or else becomes the owner of the
/// state directory and does its work, and ends with one of the documented exit codes.
protocol SchoolCommand: ParsableCommand, Sendable {
    var common: CommonOptions { get }

    /// Has the running daemon do it. Nil where this command does its own work, or no daemon is there to ask.
    func askDaemon(of school: School, _ progress: Progress) throws -> ExitStatus?

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus
}

extension SchoolCommand {
    func askDaemon(of school: School, _ progress: Progress) throws -> ExitStatus? { nil }

    func run() throws {
        // A connection that the store closes, or a reader of our output that went away, is an error to handle.
        signal(SIGPIPE, SIG_IGN)
        let progress = Progress.onStandardError(common.verbosity)
        let status = carryOut(progress)
        if status != .ok { throw ExitCode(status.rawValue) }
    }

    private func carryOut(_ progress: Progress) -> ExitStatus {
        do {
            let school = try School(SettingsFile.collectd(common.config))
            if let status = try askDaemon(of: school, progress) { return status }
            // Still on the only thread: see `StateOwner`.
            try becomeOwner(school, progress)
            return try finishing { try await perform(school.askingContainer(), progress) }
        } catch let wrong as ValidationError {
            progress.end()
            progress.warn("clix-collectd: \(wrong.message)")
            return .usage
        } catch {
            progress.end()
            for line in FailureText.lines(of: error) { progress.warn(line) }
            return ExitStatus(failure: error)
        }
    }

    private func becomeOwner(_ school: School, _ progress: Progress) throws {
        if case .became(let user, let keepsReading) = try StateOwner.become(ownerOf: school.settings.staging.directory)
        {
            progress.detail("acting as \(user), who owns \(school.settings.staging.directory)")
            if !keepsReading { progress.warn("files that \(user) itself may not read cannot be collected by this run") }
        }
    }
}

/// Does asynchronous work while the calling thread waits.
private func finishing(_ work: @escaping @Sendable () async throws -> ExitStatus) throws -> ExitStatus {
    final class Ending: Sendable {
        let result = Mutex<Result<ExitStatus, any Error>?>(nil)
    }
    let ending = Ending()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        let result: Result<ExitStatus, any Error>
        do { result = .success(try await work()) } catch { result = .failure(error) }
        ending.result.withLock { $0 = result }
        done.signal()
    }
    done.wait()
    guard let result = ending.result.withLock({ $0 }) else { preconditionFailure("work ended without a result") }
    return try result.get()
}
