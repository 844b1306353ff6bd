import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// Runs real programs, over swift-subprocess.
///
/// Every run ends: at its deadline the program's whole process group is asked to end and then killed, and a child that
/// never became the program (swift-subprocess issue 374: it can hang between clone and exec, with every signal but
/// SIGKILL blocked, before its id is known to anybody) is looked for and killed as well. Each program gets a session of
/// its own, so that what it starts is killed with it. That is so too while its output cannot be written; only the return
/// waits for that, as the file is the caller's again then.
public struct SubprocessRunner: ProgramRunner {
    public init() {}

    public func run(_ program: Program) async throws(ProgramProblem) -> ProgramResult {
        guard let path = SubprocessRunner.locate(program.executable) else {
            throw ProgramProblem(.notFound, "\(program.executable) is not installed on this machine")
        }
        let run = await withinDeadline(program) { try await start(program, at: path) }
        if Task.isCancelled {
            throw ProgramProblem(.cancelled, "\(program.executable) was ended because we are stopping")
        }
        guard !run.isLate else {
            throw ProgramProblem(
                .deadline, "\(program.executable) had not ended after \(program.deadline) and was killed")
        }
        let finished: Finished
        do {
            finished = try run.result.get()
        } catch let problem as ProgramProblem {
            throw problem
        } catch {
            throw ProgramProblem(.notStarted, "\(program.executable) could not be run: \(error)")
        }
        return try judge(finished, of: program)
    }

    private struct Finished: Sendable {
        var ending: Program.Ending
        var output: Drained
        var errorText: [UInt8]
    }

    private func judge(_ finished: Finished, of program: Program) throws(ProgramProblem) -> ProgramResult {
        switch finished.output.end {
        case .flooded where program.overflow == .fail:
            throw ProgramProblem(.flooded, "\(program.executable) wrote more than it may and was ended")
        case .failed(let number):
            throw ProgramProblem(
                [ENOSPC, EDQUOT].contains(number) ? .noRoom : .outputLost,
                "what \(program.executable) wrote could not be kept: \(String(cString: strerror(number)))")
        case .flooded:
            return ProgramResult(
                ending: finished.ending, output: finished.output.bytes, errorText: finished.errorText, isCut: true)
        case .whole:
            guard program.succeeds(finished.ending) else {
                throw ProgramProblem.failed(program, finished.ending, errorText: finished.errorText)
            }
            return ProgramResult(
                ending: finished.ending, output: finished.output.bytes, errorText: finished.errorText)
        }
    }

    private func start(_ program: Program, at path: String) async throws -> Finished {
        var options = PlatformOptions()
        options.createSession = true
        let ladder = [
            TeardownStep.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: program.grace)
        ]
        options.teardownSequence = ladder
        // Raw bytes go to strdup(3) as they are: each text needs its own NUL, or what lies behind it becomes part of it.
        let result = try await Subprocess.run(
            // The library takes raw bytes as C strings: without a NUL of ours it would read on behind them.
            .path(FilePath(path)), arguments: Arguments(program.arguments.map { $0 + [0] }),
            environment: .custom(program.environment.map { Array("\($0.key)=\($0.value)\0".utf8) }),
            workingDirectory: FilePath("/"), platformOptions: options, input: .none, output: .sequence, error: .sequence
        ) { execution in
            // Also while its output cannot be written: nothing below goes on then.
            let isDrained = Atomic(false)
            async let _ = onceCancelled {
                if !isDrained.load(ordering: .relaxed) { await execution.teardown(using: ladder) }
            }
            async let errorText = drain(execution.standardError, into: .memory(limit: 16 << 10), keepReading: true)
            let output = await drain(execution.standardOutput, into: program.output, keepReading: false)
            isDrained.store(true, ordering: .relaxed)
            // Some close their output and go on. Here the group can still be killed as a whole, later only the leader.
            if output.end == .whole { await Leader(id: execution.processIdentifier.value).end() }
            if output.end != .whole || Task.isCancelled {
                await execution.teardown(using: ladder)
                // Nobody has waited for the leader yet, so its id, and with it the group's, cannot be another's.
                kill(-execution.processIdentifier.value, SIGKILL)
            }
            return Drains(output: output, errorText: await errorText.bytes)
        }
        let ending: Program.Ending =
            switch result.terminationStatus {
            case .exited(let status): .exited(status)
            case .signaled(let signal): .signalled(signal)
            }
        return Finished(ending: ending, output: result.closureResult.output, errorText: result.closureResult.errorText)
    }

    private struct Drains: Sendable {
        var output: Drained
        var errorText: [UInt8]
    }

    /// The absolute path of a program, or nil.
    static func locate(_ executable: String) -> String? {
        if executable.hasPrefix("/") { return access(executable, X_OK) == 0 ? executable : nil }
        return Program.searchPath.split(separator: ":").map { "\($0)/\(executable)" }.first { access($0, X_OK) == 0 }
    }
}

/// Does that once this task is cancelled.
private func onceCancelled(_ body: @Sendable () async -> Void) async {
    while !Task.isCancelled { try? await pause(for: .seconds(1 << 30)) }
    await body()
}

/// What was read from one of a program's streams.
struct Drained: Sendable {
    enum End: Hashable, Sendable { case whole, flooded, failed(errno: Int32) }
    var bytes: [UInt8]
    var end: End
}

/// Reads a stream to its end. At the limit reading stops, or goes on and drops the rest (`keepReading`).
private func drain(
    _ stream: SubprocessOutputSequence, into output: Program.Output, keepReading: Bool
) async -> Drained {
    var sink = OutputSink(output)
    do {
        for try await part in stream {
            switch part.withUnsafeBytes({ sink.take($0) }) {
            case .all: continue
            case .full where keepReading: continue
            case .full: return Drained(bytes: sink.bytes, end: .flooded)
            case .failed(let number): return Drained(bytes: sink.bytes, end: .failed(errno: number))
            }
        }
    } catch {
        return Drained(bytes: sink.bytes, end: .failed(errno: EIO))
    }
    return Drained(bytes: sink.bytes, end: .whole)
}
