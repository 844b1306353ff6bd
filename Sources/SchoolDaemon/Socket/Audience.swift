import Terminal

/// Who is told of a piece of work while it is done: the person at this terminal, or the one at the other end of the
/// daemon's socket. May be called from any thread.
public protocol Audience: Sendable {
    /// Starts a piece of work; one that is still open ends silently.
    func begin(_ title: String)
    /// How much is done, counted from the start of the work.
    func update(_ done: ProgressAmount, total: ProgressAmount?)
    /// Ends the work.
    func end(_ sentence: String?)
    /// A sentence for the person who watches.
    func say(_ sentence: String)
    /// A detail, for those who want them.
    func detail(_ sentence: String)
    /// What went wrong.
    func warn(_ sentence: String)
    /// A line of the result, for standard output.
    /// - Throws: if it cannot be written.
    func result(_ line: String) throws
}

extension Audience {
    func end() { end(nil) }
}
