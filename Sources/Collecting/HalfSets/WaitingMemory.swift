import FoundationEssentials

/// Since when each file waits: what is remembered from one pass to the next.
struct WaitingMemory: Codable, Hashable, Sendable {
    /// By the escaped path in the dataset; seconds since 1970 by the school's clock.
    var since: [String: Int64] = [:]

    init() {}

    /// What another release wrote in another form counts as nothing: then a file waits a little longer.
    init(_ bytes: [UInt8]?) {
        guard let bytes, let memory = try? JSONDecoder().decode(WaitingMemory.self, from: Data(bytes)) else { return }
        self = memory
    }

    /// Nil if it cannot be written, which a few names and numbers always can.
    func encoded() -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { Array($0) }
    }
}
