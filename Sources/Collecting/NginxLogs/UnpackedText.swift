/// What a gzip file holds, read from any place on: forward by unpacking what lies in between, back by beginning anew.
final class UnpackedText {
    private let file: Int32
    private var reader: GzipReader?
    /// What was unpacked from `start` on and is not asked for yet, or may be asked for again.
    private var window: [UInt8] = []
    private var start: UInt64 = 0
    private var isEnded = false

    private static let step = 256 << 10

    /// - Parameter file: open for reading, as long as this lives; its position is not the caller's any more.
    init(_ file: Int32) { self.file = file }

    /// How long the text is, as far as it can be had; nil while that is not known.
    var end: UInt64? { isEnded ? start + UInt64(window.count) : nil }

    /// What is wrong with the file, and behind how many bytes; nil if it is whole, or that is not known yet.
    var damage: String? {
        guard let end, let damage = reader?.damage else { return nil }
        return "\(damage), after \(end) bytes"
    }

    /// Fewer bytes than `count` only at the end, and then the end is known; so it is where they end there.
    /// - Throws: `CollectingProblem` if the pass is given up, or there is no memory.
    func read(at offset: UInt64, upTo count: Int) throws(CollectingProblem) -> [UInt8] {
        if reader == nil || offset < start { try begin() }
        while true {
            let passed = Int(min(UInt64(window.count), offset - start))
            window.removeFirst(passed)
            start += UInt64(passed)
            // One more than was asked for tells whether they are the last ones.
            if isEnded || start == offset && window.count > count { break }
            try unpack()
        }
        return start == offset ? Array(window.prefix(count)) : []
    }

    private func begin() throws(CollectingProblem) {
        guard let reader = GzipReader(file) else {
            throw CollectingProblem(.unreadable, "a compressed log cannot be unpacked: there is no memory")
        }
        self.reader = reader
        (window, start, isEnded) = ([], 0, false)
    }

    private func unpack() throws(CollectingProblem) {
        if Task.isCancelled { throw CollectingProblem(.unreadable, "stopped while logs were unpacked") }
        let bytes = reader?.next(upTo: UnpackedText.step) ?? []
        if bytes.isEmpty { isEnded = true }
        window += bytes
    }
}
