import LevelTree

/// The sentences about one run.
extension Container {
    /// The program's name without its folders, as text for people.
    func name(of inner: ContainerProgram) -> String {
        escapedText(inner.arguments[0].split(separator: UInt8(ascii: "/")).last ?? [])
    }

    private func subject(_ inner: ContainerProgram) -> String { "\(name(of: inner)) in the container \(name)" }

    func failed(_ what: String, _ ending: Program.Ending, errorText: [UInt8]) -> ContainerProblem {
        let status: Int32 =
            switch ending {
            case .exited(let status): status
            case .signalled(let signal): 128 + signal
            }
        let said = ProgramProblem.lastLine(of: errorText).map { ": \($0)" } ?? ", and said nothing"
        return ContainerProblem(
            .failed(status: status), "\(what) in the container \(name) ended with status \(status)\(said)",
            errorText: errorText)
    }

    func ended(_ inner: ContainerProgram, _ left: Remains, errorText: [UInt8]) -> ContainerProblem {
        let cause =
            left.state?.message
            ?? "the container was restarted, its memory limit was hit, or somebody killed it; the next collection tries again"
        return ContainerProblem(
            .ended, "\(subject(inner)) was cut short: \(cause)\(left.remains)", errorText: errorText)
    }

    func late(_ inner: ContainerProgram, remains: String, errorText: [UInt8] = []) -> ContainerProblem {
        ContainerProblem(
            .deadline,
            "\(subject(inner)) had not ended after \(inner.deadline) and was ended; if it needs longer here, raise "
                + "timeout in its table under [collect]\(remains)", errorText: errorText)
    }

    /// 126 and 127: the program is not there, or the engine could not start anything.
    func notStarted(_ inner: ContainerProgram, _ result: ProgramResult, printed: [UInt8]) -> ContainerProblem {
        let words = String(decoding: printed, as: UTF8.self).lowercased()
        let isEngine = words.contains("exec failed") || words.contains("unable to find user")
        let reasons = ["executable file not found", "no such file or directory", "permission denied"]
        if isEngine, !reasons.contains(where: words.contains) {
            return failed(name(of: inner), result.ending, errorText: result.errorText + printed)
        }
        let said = ProgramProblem.lastLine(of: result.errorText).map { " (\($0))" } ?? ""
        return ContainerProblem(
            .programMissing,
            "\(subject(inner)) is not there, or cannot be started\(said); see whether this is the platform's own image",
            errorText: result.errorText)
    }

    func outputLost(_ inner: ContainerProgram, _ problem: ProgramProblem, remains: String) -> ContainerProblem {
        let why =
            problem.code == .flooded
            ? "it wrote more than it may" : "what it wrote could not be kept (\(problem.message))"
        return ContainerProblem(
            .outputLost, "\(subject(inner)) was ended: \(why); make room, or see what it writes\(remains)",
            errorText: problem.errorText)
    }

    func noRoom(_ inner: ContainerProgram, remains: String) -> ContainerProblem {
        ContainerProblem(
            .noRoom,
            "\(subject(inner)) was ended: there is no room here for what it writes, below the budget and beside the disk's "
                + "reserve; make room on the disk of the staging directory, or raise budget under [staging]\(remains)")
    }

    func cancelled(_ inner: ContainerProgram, remains: String) -> ContainerProblem {
        ContainerProblem(.cancelled, "\(subject(inner)) was ended because we are stopping\(remains)")
    }
}
