/// Something that stands in the way of everything that lies in the container, and that somebody has to remove. A dataset
/// that lacks something for it quotes its sentence, by which it is found again: also where that names, in between, what
/// the engine said to each of them.
public struct ContainerObstacle: Hashable, Sendable {
    private let opening: String
    private let closing: String

    /// - Parameter sentence: the same each time.
    public init(_ sentence: String) { self.init(from: sentence, to: "") }

    init(from opening: String, to closing: String) {
        self.opening = opening
        self.closing = closing
    }

    /// Where a dataset's reason quotes it.
    public func range(in reason: String) -> Range<String.Index>? {
        guard let start = reason.firstRange(of: opening) else { return nil }
        guard !closing.isEmpty else { return start }
        return reason[start.upperBound...].firstRange(of: closing).map { start.lowerBound..<$0.upperBound }
    }
}

extension Container {
    /// All that is known.
    public var obstacles: [ContainerObstacle] {
        let mark = "\u{0}"
        let parts = engineUnreachable(mark).message.split(separator: mark).map(String.init)
        let unreachable = parts.count == 2 ? [ContainerObstacle(from: parts[0], to: parts[1])] : []
        return unreachable
            + [accessDenied, commandMissing, missing, stopped, paused, restarting].map { ContainerObstacle($0.message) }
    }
}
