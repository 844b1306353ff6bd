/// What a program is wrapped in inside the container, so that its deadline and its priority hold there.
struct Wrapping: Sendable {
    /// Stands in the environment of the program and of all that it starts, and is nowhere else.
    let id: String
    /// Of the program, in whole seconds.
    let deadline: Duration
    /// The whole command line.
    let arguments: [[UInt8]]

    /// `timeout` comes last: its status 127 says that the program is missing, where older `ionice` has no such status.
    init(_ inner: ContainerProgram, hasIonice: Bool) {
        let id = (0..<16).map { _ in String(UInt8.random(in: 0..<16), radix: 16) }.joined()
        let (whole, rest) = inner.deadline.components
        let seconds = max(1, whole + (rest > 0 ? 1 : 0))
        var words = ["env", "CLIX_RUN=\(id)"]
        if inner.isHeavy { words += (hasIonice ? ["ionice", "-c", "3"] : []) + ["nice", "-n", "19"] }
        words += ["timeout", "-k", String(Wrapping.killAfter.components.seconds), String(seconds)]
        self.id = id
        deadline = .seconds(seconds)
        arguments = words.map { Array($0.utf8) } + inner.arguments
    }

    /// How long a program that was asked to end may take.
    private static let killAfter: Duration = .seconds(10)

    /// Of the docker command: only where the engine hangs, or the container is paused, does it come to this.
    var outerDeadline: Duration { deadline + Wrapping.killAfter + .seconds(20) }
}
