/// What a tool's log holds: one JSON array of records, which the platform reads, empties and writes anew with one record
/// more at every event (gnowledge/gstudio, ndf/views/tools.py). In between it is empty or half written.
struct ToolLog: Hashable, Sendable {
    /// Tells one content from another.
    struct State: Codable, Hashable, Sendable {
        var count: Int
        /// Names the records, their order and content; empty for none. The keys of a record have no order, since the
        /// platform's JSON library gives them another one now and then.
        var name: String
    }

    let state: State
    /// Whether nothing is gone of the state that it was compared with: its records are the first ones here.
    let continues: Bool
}
