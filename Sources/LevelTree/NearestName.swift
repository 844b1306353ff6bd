/// The known word that a person most likely meant, or nil if none is near.
///
/// Nearness is the edit distance over bytes (insert, delete, replace, swap neighbours); at most a third of the longer
/// word's length may differ.
public func nearestName(to text: String, among words: some Sequence<String>) -> String? {
    var best: (word: String, distance: Int)?
    for word in words {
        let distance = editDistance(Array(text.lowercased().utf8.prefix(64)), Array(word.lowercased().utf8))
        guard distance <= max(1, max(word.utf8.count, text.utf8.count) / 3) else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (word, distance) }
    }
    return best?.word
}

/// Optimal string alignment distance.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var rows = [[Int]](repeating: [Int](repeating: 0, count: right.count + 1), count: left.count + 1)
    for row in 0...left.count { rows[row][0] = row }
    for column in 0...right.count { rows[0][column] = column }
    for row in 1...left.count {
        for column in 1...right.count {
            let isSame = left[row - 1] == right[column - 1]
            var least = min(
                rows[row - 1][column] + 1, rows[row][column - 1] + 1, rows[row - 1][column - 1] + (isSame ? 0 : 1))
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                least = min(least, rows[row - 2][column - 2] + 1)
            }
            rows[row][column] = least
        }
    }
    return rows[left.count][right.count]
}
