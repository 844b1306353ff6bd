/// Cuts content where the content says so, so that an insertion moves no cut but those near it.
///
/// A gear rolling hash with normalised sizes (Xia and others, FastCDC, USENIX ATC 2016): before the mean size a cut asks
/// for two more bits than the mean alone would, after it for two fewer.
///
/// One chunker serves many files, one after the other: `finish` ends a file and makes it ready for the next. It holds at
/// most one chunk of the largest class (2 MiB).
public struct Chunker {
    private let fixedClass: ContentClass?
    private var cutter: Cutter?
    /// What has come and belongs to no finished chunk yet.
    private var pending: [UInt8] = []
    /// How far `pending` was searched for a cut, and the hash there.
    private var searched = 0
    private var hash: UInt64 = 0

    /// - Parameter contentClass: nil, to judge each file by its first 64 KiB.
    public init(class contentClass: ContentClass? = nil) {
        fixedClass = contentClass
        cutter = contentClass.map(Cutter.init)
    }

    /// Takes the file's next bytes, in parts of any size, and hands out each chunk that they finish.
    /// The chunk's bytes are valid only during the call.
    public mutating func append(
        _ bytes: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        pending.append(contentsOf: bytes)
        if cutter == nil {
            guard pending.count >= ChunkProfile.sampleSize else { return }
            judge()
        }
        try cut(emit)
    }

    /// Ends the file: hands out what is left, which is nothing for an empty file.
    public mutating func finish(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        defer { reset() }
        if cutter == nil { judge() }
        try cut(emit)
        if !pending.isEmpty { try pending.withUnsafeBytes { try emit($0) } }
    }

    /// Forgets an unfinished file.
    public mutating func reset() {
        pending.removeAll(keepingCapacity: true)
        searched = 0
        hash = 0
        cutter = fixedClass.map(Cutter.init)
    }

    private mutating func judge() {
        cutter = Cutter(
            pending.withUnsafeBytes { bytes in
                ContentClass.judged(by: UnsafeRawBufferPointer(rebasing: bytes.prefix(ChunkProfile.sampleSize)))
            })
    }

    /// Hands out the finished chunks at the start of `pending` and keeps the rest.
    private mutating func cut(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        guard let cutter else { return }
        var start = 0
        var position = searched
        var state = hash
        defer {
            pending.removeSubrange(..<start)
            searched = position - start
            hash = state
        }
        try pending.withUnsafeBytes { bytes in
            while position < bytes.count {
                let chunk = UnsafeRawBufferPointer(rebasing: bytes[start...])
                guard let end = cutter.end(in: chunk, from: position - start, &state) else {
                    position = bytes.count
                    return
                }
                let whole = UnsafeRawBufferPointer(rebasing: bytes[start..<start + end])
                start += end
                position = start
                state = 0
                try emit(whole)
            }
        }
    }
}

/// Finds the end of one chunk. Pure arithmetic over bytes.
private struct Cutter {
    let contentClass: ContentClass
    let beforeMean: UInt64
    let afterMean: UInt64

    init(_ contentClass: ContentClass) {
        let bits = contentClass.mean.trailingZeroBitCount
        self.contentClass = contentClass
        beforeMean = Gear.mask(bits + 2)
        afterMean = Gear.mask(bits - 2)
    }

    /// The length of the chunk at the start of `bytes`, or nil if more bytes must come.
    ///
    /// - Parameters:
    ///   - position: how far an earlier call has searched.
    ///   - hash: the rolling hash at `position`; carried from call to call.
    func end(in bytes: UnsafeRawBufferPointer, from position: Int, _ hash: inout UInt64) -> Int? {
        let limit = min(bytes.count, contentClass.maximum)
        var position = max(position, contentClass.minimum)
        var state = hash
        defer { hash = state }
        return Gear.table.withUnsafeBufferPointer { table in
            let mean = min(limit, contentClass.mean)
            while position < mean {
                state = (state &<< 1) &+ table[Int(bytes[position])]
                position += 1
                if state & beforeMean == 0 { return position }
            }
            while position < limit {
                state = (state &<< 1) &+ table[Int(bytes[position])]
                position += 1
                if state & afterMean == 0 { return position }
            }
            return limit == contentClass.maximum ? limit : nil
        }
    }
}
