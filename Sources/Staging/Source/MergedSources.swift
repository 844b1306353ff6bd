/// The parts of a gathering as one stream in manifest order. Where two parts give the same path, the first wins.
final class MergedSources: SourceStream {
    private let parts: [any SourceStream]
    /// The parts that have an item, as a heap: of thousands of single files only few are looked at for each step.
    private var heap: [Int]
    /// The part that the current item comes from.
    private(set) var part = 0

    init(_ parts: [any SourceStream]) {
        self.parts = parts
        heap = parts.indices.filter { parts[$0].item != nil }
        for index in (0..<heap.count / 2).reversed() { sink(index) }
        part = heap.first ?? 0
    }

    var path: [UInt8] { parts.isEmpty ? [] : parts[part].path }
    var item: SourceItem? { parts.isEmpty ? nil : parts[part].item }

    func advance() {
        guard item != nil else { return }
        let path = self.path
        while let first = heap.first, comparePaths(parts[first].path, path) == 0 {
            parts[first].advance()
            if parts[first].item == nil, let last = heap.popLast(), !heap.isEmpty { heap[0] = last }
            sink(0)
        }
        part = heap.first ?? part
    }

    func open() -> Descriptor? { parts[part].open() }
    var judge: SourceFolder.ContentJudge? { parts.isEmpty ? nil : parts[part].judge }

    /// Puts what stands at `index` below all that comes before it.
    private func sink(_ index: Int) {
        var index = index
        while true {
            var first = index
            for child in 2 * index + 1..<2 * index + 3 where child < heap.count {
                if isBefore(heap[child], heap[first]) { first = child }
            }
            if first == index { return }
            heap.swapAt(index, first)
            index = first
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let order = comparePaths(parts[left].path, parts[right].path)
        return order == 0 ? left < right : order < 0
    }
}

/// The order of manifests: bytewise by component, which is bytewise with `/` before all else. Negative, 0 or positive.
func comparePaths(_ left: [UInt8], _ right: [UInt8]) -> Int {
    left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
            let shared = min(left.count, right.count)
            var position = 0
            while position < shared, left[position] == right[position] { position += 1 }
            guard position < shared else { return left.count - right.count }
            let slash = UInt8(ascii: "/")
            let one = left[position] == slash ? 0 : Int(left[position])
            let other = right[position] == slash ? 0 : Int(right[position])
            return one - other
        }
    }
}

/// Whether `path` lies below `folder`, at any depth.
func isPath(_ path: [UInt8], inside folder: [UInt8]) -> Bool {
    path.count > folder.count && path[folder.count] == UInt8(ascii: "/") && path.starts(with: folder)
}
