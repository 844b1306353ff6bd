import LevelTree

/// What a pass missed, or left out: at most 1,000 are named, the rest is counted.
struct ShortfallList {
    private(set) var count = 0
    private var named: [Shortfall] = []
    /// What a commit may carry.
    static let limit = 1000

    var isEmpty: Bool { count == 0 }

    mutating func append(_ shortfall: Shortfall) {
        count += 1
        if named.count < ShortfallList.limit { named.append(shortfall) }
    }

    mutating func append(_ path: [UInt8], _ reason: String) {
        count += 1
        guard named.count < ShortfallList.limit else { return }
        named.append(Shortfall(path: escapedText(path), reason: reason))
    }

    /// At most 1,000; the last one counts what is not named.
    var list: [Shortfall] {
        guard count > ShortfallList.limit else { return named }
        let rest = count - ShortfallList.limit + 1
        return named.dropLast() + [Shortfall(path: "", reason: "and \(rest) more")]
    }
}
