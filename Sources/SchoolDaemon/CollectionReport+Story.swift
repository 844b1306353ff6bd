import Terminal

extension CollectionReport {
    /// The last line of the story, without the full stop.
    public var sentence: String {
        let generations = datasets.compactMap(\.generation)
        let files = generations.reduce(0) { $0 + Int(clamping: $1.files) }
        let bytes = generations.reduce(UInt64(0)) { $0 &+ $1.bytes }
        let bad = datasets.filter { !$0.isGood }
        let amount =
            "\(ByteText.count(generations.count, "dataset")) staged: \(ByteText.count(files, "file")), "
            + ByteText.size(bytes)
        guard !bad.isEmpty else { return amount }
        return "\(amount); not complete: \(bad.map(\.dataset.name).joined(separator: ", "))"
    }
}
