/// Whether programs can be run in the container now.
public enum ContainerState: Sendable {
    case running
    /// Why not, and what to do.
    case problem(ContainerProblem)
}
