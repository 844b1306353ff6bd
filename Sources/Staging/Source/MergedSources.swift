/// The parts of a gathering as one stream in manifest order. Where two parts give the same path, the first wins.
final class MergedSources: SourceStream {
    private let parts: [any SourceStream]
    /// The part that the current item comes from.
    private(set) var part = 0

    init(_ parts: [any SourceStream]) {
        self.parts = parts
        choose()
    }

    var path: [UInt8] { parts.isEmpty ? [] : parts[part].path }
    var item: SourceItem? { parts.isEmpty ? nil : parts[part].item }

    func advance() {
        guard item != nil else { return }
        if parts.count > 1 {
            let path = self.path
            for (index, other) in parts.enumerated() where index != part && other.item != nil {
                if comparePaths(other.path, path) == 0 { other.advance() }
            }
        }
        parts[part].advance()
        choose()
    }

    func open() -> Descriptor? { parts[part].open() }
    var judge: SourceFolder.ContentJudge? { parts.isEmpty ? nil : parts[part].judge }

    private func choose() {
        guard parts.count > 1 else { return }
        var best: Int?
        for index in parts.indices where parts[index].item != nil {
            if let chosen = best, comparePaths(parts[index].path, parts[chosen].path) >= 0 { continue }
            best = index
        }
        if let best { part = best }
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
