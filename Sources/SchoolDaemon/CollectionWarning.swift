import LevelTree

/// What a person should know beside the datasets of a collection.
public struct CollectionWarning: Sendable, Hashable, CustomStringConvertible {
    enum Subject: Sendable, Hashable {
        /// The machine's clock is not believed.
        case clock
        /// A disk looks as if it were not mounted.
        case source
        /// Who the school is cannot be told plainly.
        case identity
        /// Something that is kept for later could not be.
        case state
        /// A year that has ended lacks something that was gone before it was sent.
        case endedYear
        /// Earlier states were let go for want of room.
        case room
    }

    let subject: Subject
    /// A whole sentence without the full stop.
    public let sentence: String
    /// What makes it the same warning when it comes again, as the sentence may tell the time.
    let topic: String

    init(_ subject: Subject, _ sentence: String, topic: String? = nil) {
        self.subject = subject
        self.sentence = sentence
        self.topic = topic ?? sentence
    }

    /// - Parameter relieved: see `Staging.takeRelieved`; at least one.
    init(relieved: [Dataset]) {
        let names = relieved.map(\.name).joined(separator: ", ")
        self.init(
            .room,
            "for want of room, the earlier state of \(names) was let go, which the store has: nothing is lost, but the next "
                + "upload of that is larger, as each piece of a file in which something changed is sent whole")
    }

    public var description: String { sentence }
}
