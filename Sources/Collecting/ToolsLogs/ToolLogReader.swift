import Content

/// Reads a tool's log as it comes: however long it is, no more than one record of it is held.
struct ToolLogReader {
    enum Fault: Error { case noWholeArray, longRecord }

    /// In bytes, white space around it included. Records are some hundred bytes; one beyond this no tool writes.
    static let longestRecord = 1 << 20

    private enum Position { case before, within, after }

    private let earlier: ToolLog.State?
    private var continues: Bool
    private var count = 0
    /// The hash of all records that came so far: of the last one and the hash before it.
    private var chain: ChunkID?

    private var position = Position.before
    /// What has come of the record that is not whole yet.
    private(set) var record: [UInt8] = []
    private var depth = 0
    private var isInText = false
    private var isEscaped = false

    /// - Parameter earlier: nil if nothing of it was ever good.
    init(after earlier: ToolLog.State?) {
        self.earlier = earlier
        continues = (earlier?.count ?? 0) == 0
    }

    /// Takes what comes next. Here the array is only divided at its commas; whether the pieces are JSON, `JSONSpelling`
    /// tells, and where all of them are, all of it is.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        var start = bytes.startIndex
        for index in bytes.indices {
            let byte = bytes[index]
            switch position {
            case .before where byte == UInt8(ascii: "["):
                position = .within
                start = index + 1
            case .before, .after:
                guard JSONSpelling.isSpace(byte) else { throw .noWholeArray }
            case .within where try isEnd(byte):
                try append(bytes[start..<index])
                start = index + 1
                if byte == UInt8(ascii: "]") { position = .after }
                try endRecord()
            case .within: continue
            }
        }
        if position == .within { try append(bytes[start...]) }
    }

    /// What the log holds, once it has all come.
    func finished() throws(Fault) -> ToolLog {
        guard position == .after else { throw .noWholeArray }
        return ToolLog(state: ToolLog.State(count: count, name: chain?.hex ?? ""), continues: continues)
    }

    /// Whether a record ends before this byte of the array.
    private mutating func isEnd(_ byte: UInt8) throws(Fault) -> Bool {
        if isInText {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText = false
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): isInText = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]") where depth == 0: return true
        case UInt8(ascii: "}") where depth == 0: throw .noWholeArray
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        case UInt8(ascii: ","): return depth == 0
        default: break
        }
        return false
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        guard record.count + bytes.count <= ToolLogReader.longestRecord else { throw .longRecord }
        record += bytes
    }

    private mutating func endRecord() throws(Fault) {
        defer { record.removeAll(keepingCapacity: true) }
        // `[ ]` has none.
        if position == .after, count == 0, record.allSatisfy(JSONSpelling.isSpace) { return }
        guard let spelling = JSONSpelling(of: record)?.bytes else { throw .noWholeArray }
        var hash = SHA256Stream()
        if let chain { hash.update(chain.bytes) }
        hash.update(spelling)
        chain = hash.finalized()
        count += 1
        if let earlier, earlier.count == count { continues = chain?.hex == earlier.name }
    }
}
