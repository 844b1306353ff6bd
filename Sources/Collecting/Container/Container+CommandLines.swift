extension Container {
    /// The command lines of all that runs in the container now, as `docker top` tells them: runs of spaces are one, and
    /// bytes that are no UTF-8 are replaced. They may hold secrets, and are for comparing, not for showing.
    public func commandLines() async throws(ContainerProblem) -> [String] {
        if let problem = outage.problem { throw problem }
        // Docker finds the container's processes by a column of ids, which must be asked for.
        let arguments = ["top", name, "-eo", "pid,args"].map { Array($0.utf8) }
        let result: ProgramResult
        do throws(ProgramProblem) {
            result = try await docker(arguments, output: .memory(limit: 4 << 20), deadline: .seconds(30))
        } catch {
            throw problem(ofRunningDocker: error)
        }
        if case .exited(0) = result.ending { return Container.commandLines(ofTop: result.output) }
        if case .problem(let problem) = await state() { throw problem }
        throw failed("docker top", result.ending, errorText: result.errorText)
    }

    /// A line of titles, then lines of an id and a command.
    static func commandLines(ofTop output: [UInt8]) -> [String] {
        output.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
            let words = line.split(maxSplits: 1) { $0 <= 0x20 }
            guard words.count == 2 else { return nil }
            return String(decoding: words[1].drop { $0 <= 0x20 }, as: UTF8.self)
        }
    }
}
