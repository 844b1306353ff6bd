import Content
import FoundationEssentials

/// What a tool's log holds: one JSON array of records, which the platform reads, empties and writes anew with one record
/// more at every event (gnowledge/gstudio, ndf/views/tools.py). In between it is empty or half written.
struct ToolLog: Hashable, Sendable {
    /// After each record, the hash of all that came so far: the keys of a record have no order, since the platform's JSON
    /// library gives them another one now and then.
    private let chain: [ChunkID]

    /// Nil if it is no JSON array.
    init?(_ bytes: [UInt8]) {
        guard let records = try? JSONDecoder().decode([JSONValue].self, from: Data(bytes)) else { return nil }
        var chain: [ChunkID] = []
        var text: [UInt8] = []
        for record in records {
            text.removeAll(keepingCapacity: true)
            chain.last?.append(to: &text)
            record.append(to: &text)
            chain.append(ChunkID(hashing: text))
        }
        self.chain = chain
    }

    var count: Int { chain.count }

    /// Names the first `count` records, their order and content; empty for none.
    func name(ofFirst count: Int) -> String { count == 0 ? "" : chain[count - 1].hex }

    /// Whether nothing of an earlier state is gone: its records are the first ones here.
    func continues(count earlier: Int, name: String) -> Bool {
        earlier <= count && self.name(ofFirst: earlier) == name
    }
}

/// Any JSON, to be compared.
private enum JSONValue: Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// One spelling for equal values: each with its kind, texts and containers with their length.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "n".utf8
        case .bool(let value): bytes += (value ? "t" : "f").utf8
        case .integer(let value): bytes += "i\(value);".utf8
        case .number(let value): bytes += "d\(value);".utf8
        case .text(let value): bytes += "s\(value.utf8.count):\(value)".utf8
        case .list(let values):
            bytes += "l\(values.count):".utf8
            for value in values { value.append(to: &bytes) }
        case .object(let values):
            bytes += "o\(values.count):".utf8
            for (key, value) in values.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                bytes += "\(key.utf8.count):\(key)".utf8
                value.append(to: &bytes)
            }
        }
    }
}
