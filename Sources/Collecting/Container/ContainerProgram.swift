/// A program to run in the container: as whom, with what arguments, how long, and where its output goes.
public struct ContainerProgram: Sendable {
    /// The container's user; nil for the one that the container itself runs as.
    public var user: String?
    /// The first is the program: a name, looked up by the container's own path, or an absolute path in there. Raw bytes,
    /// no NUL. Other users of the machine can read them (`ps`): never a password.
    public var arguments: [[UInt8]]
    /// Of a file, what a failed run has written is taken back.
    public var output: Program.Output
    /// After this, counted in whole seconds, the program is asked to end, and killed 10 s later; both inside.
    public var deadline: Duration
    /// Whether it runs in there with idle priority for disk and processor, as whatever reads much must.
    public var isHeavy: Bool

    public init(
        _ arguments: [[UInt8]], user: String? = nil, output: Program.Output = .memory(limit: 1 << 20),
        deadline: Duration = .seconds(60), isHeavy: Bool = false
    ) {
        precondition(!arguments.isEmpty, "the program itself is the first argument")
        self.arguments = arguments
        self.user = user
        self.output = output
        self.deadline = deadline
        self.isHeavy = isHeavy
    }

    /// With arguments that are text.
    public init(_ arguments: String..., user: String? = nil, isHeavy: Bool = false) {
        self.init(arguments.map { Array($0.utf8) }, user: user, isHeavy: isHeavy)
    }
}
