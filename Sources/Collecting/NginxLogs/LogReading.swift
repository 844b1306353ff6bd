/// Reads what is new of a log's content, line by line in blocks, up to the size that it had when it was opened.
struct LogReading {
    private let content: LogContent
    /// Up to where lines were taken.
    private(set) var offset: UInt64
    private(set) var head: Fingerprint
    private(set) var tail: Fingerprint

    private static let bufferSize = 256 << 10
    private static let headLength = 1024
    private static let tailLength = 4096

    /// What the first bytes were when the file was seen; nil if they are sure to be what they were.
    private let seen: Fingerprint?

    /// - Parameters:
    ///   - record: what was taken before; nil to begin at the start.
    ///   - seen: of the first bytes, when the file was seen; nil of a compressed file, which nobody writes over.
    init(_ content: LogContent, from record: FollowedFile?, seen: Fingerprint?) {
        self.content = content
        self.seen = seen
        offset = record?.offset ?? 0
        head = record?.head ?? .empty
        tail = record?.tail ?? .empty
    }

    /// Whether nothing is left.
    var isAtEnd: Bool { content.isEnd(offset) }

    enum Step {
        case taken, end
        /// The file was emptied under our hands, and may have other lines by now. Those that were taken before are good.
        case changed
        /// The lines were not wanted, and are next still.
        case refused
    }

    /// Takes the next lines.
    ///
    /// A line that has no end yet stays for the next pass, unless nothing will be written behind it any more; then it gets
    /// its end, so that what comes next in the day's file is a line of its own.
    /// - Parameters:
    ///   - isFinal: whether nothing is written into this file any more.
    ///   - take: returns whether the lines were taken.
    mutating func next(
        isFinal: Bool, _ take: (UnsafeRawBufferPointer) throws(CollectingProblem) -> Bool
    ) throws(CollectingProblem) -> Step {
        var block = try content.read(at: offset, upTo: LogReading.bufferSize)
        // Asked now that the block is read: if it was so then, the block is what follows.
        guard try isStillWhatItWas(before: block) else { return .changed }
        guard !block.isEmpty else { return .end }
        let reachesEnd = block.count < LogReading.bufferSize || content.isEnd(offset + UInt64(block.count))
        // Behind the last line of a damaged file there may be more, once it is whole again.
        let isFinal = isFinal && content.damage == nil
        let end = block.lastIndex(of: 0x0a).map { $0 + 1 }
        if let end {
            block.removeSubrange(end...)
        } else if reachesEnd, !isFinal {
            return .end
        }
        let length = UInt64(block.count)
        let newHead = offset == 0 ? Fingerprint(block.prefix(LogReading.headLength)) : head
        let newTail = Fingerprint(block.suffix(LogReading.tailLength))
        if isFinal, content.isEnd(offset + length), block.last != 0x0a { block.append(0x0a) }
        let result = block.withUnsafeBytes { bytes in
            Result { () throws(CollectingProblem) in try take(bytes) }
        }
        guard try result.get() else { return .refused }
        (offset, head, tail) = (offset + length, newHead, newTail)
        return .taken
    }

    private func isStillWhatItWas(before block: [UInt8]) throws(CollectingProblem) -> Bool {
        guard let seen else { return true }
        guard offset == 0 else { return try content.begins(with: head, upTo: offset, tail) }
        let now = try content.read(at: 0, upTo: seen.length)
        return block.starts(with: now) && Fingerprint(now) == seen
    }
}
