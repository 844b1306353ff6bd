import Wire

/// The connection ended before the body did: nothing that the store refuses, and on a school's link a matter of course.
struct BrokenLink: Error {
    /// Bytes of the body that came.
    let received: Int
    /// Bytes that were announced; nil where the client did not say.
    let announced: Int?
    /// Whether what came is kept, and only the rest has to be sent.
    let isKept: Bool

    private var count: String { announced.map { "\(received) of \($0) bytes" } ?? "\(received) bytes" }

    /// What the client is told, if it can still read it.
    var problem: Problem { Problem(.timeout, "The connection ended after \(count).") }

    /// What the operator may want to know, without the school's name.
    var line: String {
        isKept
            ? "the link broke after \(count) of a frame's part, which are kept; the rest is expected to come"
            : "the link broke after \(count) of a request; it is expected to come again"
    }
}
