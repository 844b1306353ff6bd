import Glibc

/// The content of a log file as text: the file itself, or what a compressed one holds, unpacked piece by piece as it is
/// asked for. Nothing of it is kept on the disk, however much it is.
final class LogContent {
    private let file: Int32
    /// Of a plain file, how much of it there is to read; what is written behind that is for the next pass.
    private let size: UInt64
    private let unpacked: UnpackedText?

    /// - Parameter file: open for reading; it is closed with this.
    init(_ file: Int32, size: UInt64, isCompressed: Bool) {
        self.file = file
        self.size = size
        unpacked = isCompressed ? UnpackedText(file) : nil
    }

    deinit { close(file) }

    /// What is wrong with a compressed file and how far it could be unpacked, once that is known; nil if it is whole.
    var damage: String? { unpacked?.damage }

    /// Whether there is nothing from `offset` on. Of a compressed file only known once it was read up to there.
    func isEnd(_ offset: UInt64) -> Bool {
        guard let unpacked else { return offset >= size }
        return unpacked.end.map { offset >= $0 } ?? false
    }

    /// Fewer bytes than `count` only at the end. Of a compressed file, reading goes forward at little cost, and back from
    /// the start on.
    /// - Throws: `CollectingProblem` if it cannot be read.
    func read(at offset: UInt64, upTo count: Int) throws(CollectingProblem) -> [UInt8] {
        if let unpacked { return try unpacked.read(at: offset, upTo: count) }
        let count = Int(min(UInt64(count), size - min(offset, size)))
        do throws(ReadFailure) {
            return try readBytes(of: file, at: offset, upTo: count)
        } catch {
            throw CollectingProblem(.unreadable, "a log cannot be read (\(error))")
        }
    }

    /// Whether this is the content that was taken up to the record's offset, as far as its first and last bytes tell.
    func begins(as record: FollowedFile) throws(CollectingProblem) -> Bool {
        try begins(with: record.head, upTo: record.offset, record.tail)
    }

    /// - Parameters:
    ///   - head: of the first bytes.
    ///   - tail: of the last bytes before `offset`.
    func begins(with head: Fingerprint, upTo offset: UInt64, _ tail: Fingerprint) throws(CollectingProblem) -> Bool {
        guard unpacked != nil || size >= offset, offset >= UInt64(tail.length) else { return false }
        guard Fingerprint(try read(at: 0, upTo: head.length)) == head else { return false }
        return Fingerprint(try read(at: offset - UInt64(tail.length), upTo: tail.length)) == tail
    }

    /// Whether all that is here, in a plain file, stands at the start of another one too, as far as its first and last
    /// bytes tell.
    func isBeginning(of other: LogContent) throws(CollectingProblem) -> Bool {
        guard size > 0, size <= other.size else { return false }
        for (start, length) in [(0, min(size, 1024)), (size - min(size, 4096), min(size, 4096))] {
            let piece = try read(at: start, upTo: Int(length))
            guard piece.count == Int(length), piece == (try other.read(at: start, upTo: Int(length))) else {
                return false
            }
        }
        return true
    }
}
