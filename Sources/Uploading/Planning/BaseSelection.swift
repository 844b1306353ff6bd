import Content

/// Decides which chunks of a file's former state its new chunks are compressed against. Pure.
///
/// Chunks that both states have are the fixed points. What is new between two of them is compressed against what stood
/// between them: the edit may lie anywhere in there, so a chunk takes the old bytes that are as far from the fixed point
/// before it, and those that are as far from the one after it. Where little changed the two are the same. The state's
/// start and end count as fixed points.
///
/// Each chunk that is named costs 32 bytes, which do not compress: so old chunks are taken only from beside a fixed point,
/// and none that the new state still has.
struct BaseSelection {
    /// Where each chunk begins, and the last one ends, in bytes.
    private let old: [Int]
    private let new: [Int]
    private var runs: [Run] = []

    /// New chunks one after the other, and the old ones that stood after the fixed point before them, and before the one
    /// after them.
    private struct Run {
        let new: Range<Int>
        let after: Range<Int>
        let before: Range<Int>
    }

    /// How much more than a chunk's own length is looked at on either side, in bytes: what was inserted or removed
    /// elsewhere in the run moves it.
    static let reach = ContentClass.ordinary.mean

    init(old: [ChunkReference], new: [ChunkReference]) {
        self.old = BaseSelection.offsets(of: old)
        self.new = BaseSelection.offsets(of: new)
        let (places, isGone) = BaseSelection.match(old, new)
        var index = 0
        while index < new.count {
            let start = index
            while index < new.count, places[index] < 0 { index += 1 }
            if index > start {
                let left = start == 0 ? 0 : places[start - 1] + 1
                let right = index == new.count ? old.count : places[index]
                runs.append(run(start..<index, from: left, until: right, isGone))
            }
            index += 1
        }
    }

    /// The old chunks for a new one, by their index, rising; none for a chunk that the former state had.
    func chunks(for index: Int) -> [Int] {
        let place = (0..<runs.count).firstTrue { runs[$0].new.upperBound > index }
        guard place < runs.count, runs[place].new.contains(index) else { return [] }
        let run = runs[place]
        let length = new[index + 1] - new[index]
        let forward = old[run.after.lowerBound] + new[index] - new[run.new.lowerBound]
        let backward = old[run.before.upperBound] - (new[run.new.upperBound] - new[index])
        let left = chunks(overlapping: forward..<forward + length, in: run.after)
        let right = chunks(overlapping: backward..<backward + length, in: run.before)
        return (Array(left) + right.filter { !left.contains($0) }).sorted()
    }

    /// Those that these bytes touch, or come near to.
    private func chunks(overlapping bytes: Range<Int>, in range: Range<Int>) -> Range<Int> {
        let lower = range.firstTrue { old[$0 + 1] > bytes.lowerBound - BaseSelection.reach }
        let upper = (lower..<range.upperBound).firstTrue { old[$0] >= bytes.upperBound + BaseSelection.reach }
        return lower..<upper
    }

    /// - Parameters:
    ///   - left: the old chunk after the fixed point before the run.
    ///   - right: the old chunk that is the fixed point after it.
    private func run(_ run: Range<Int>, from left: Int, until right: Int, _ isGone: [Bool]) -> Run {
        // What lies further away is not reached.
        let furthest = new[run.upperBound] - new[run.lowerBound] + BaseSelection.reach
        var end = left
        while end < isGone.count, isGone[end], old[end] - old[left] < furthest { end += 1 }
        var start = right
        while start > 0, isGone[start - 1], old[right] - old[start] < furthest { start -= 1 }
        return Run(new: run, after: left..<end, before: start..<right)
    }

    private static func offsets(of chunks: [ChunkReference]) -> [Int] {
        var offsets = [0]
        offsets.reserveCapacity(chunks.count + 1)
        var end = 0
        for chunk in chunks {
            end += chunk.length
            offsets.append(end)
        }
        return offsets
    }

    /// For each new chunk its place in the old state, or -1; and for each old chunk whether the new state lacks it.
    private static func match(_ old: [ChunkReference], _ new: [ChunkReference]) -> (places: [Int], isGone: [Bool]) {
        // Half ids: there may be ten thousands.
        let firsts = Dictionary(old.enumerated().map { ($1.id.prefix64, $0) }, uniquingKeysWith: { first, _ in first })
        func first(_ id: ChunkID) -> Int? { firsts[id.prefix64].flatMap { old[$0].id == id ? $0 : nil } }
        var isThere = [Bool](repeating: false, count: old.count)
        var expected = 0
        let places = new.map { chunk in
            // The same content may stand in several places: mostly in the one after the last that was found.
            let follows = expected < old.count && old[expected].id == chunk.id
            guard let place = follows ? expected : first(chunk.id) else { return -1 }
            isThere[first(chunk.id) ?? place] = true
            expected = place + 1
            return place
        }
        return (places, old.map { chunk in first(chunk.id).map { !isThere[$0] } ?? true })
    }
}

extension Range where Bound == Int {
    /// The first index of which this is true, if it is true of all after it; the end if of none.
    fileprivate func firstTrue(_ isTrue: (Int) -> Bool) -> Int {
        var (low, high) = (lowerBound, upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isTrue(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
