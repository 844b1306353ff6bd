import Content
import Wire

/// Asks the store which of some chunks it lacks. Worth a request only while anything is common.
struct MissingQuestion {
    let conversation: StoreConversation
    /// How many ids the store takes at a time.
    let limit: Int

    /// - Returns: for each id, whether the store lacks it. A *have* may be wrong, because prefixes can collide; the
    ///   commit finds that out.
    func missing(_ ids: [ChunkID]) throws -> [Bool] {
        var result: [Bool] = []
        for start in stride(from: 0, to: ids.count, by: max(limit, 1)) {
            result += try ask(Array(ids[start..<min(start + max(limit, 1), ids.count)]))
        }
        return result
    }

    private func ask(_ ids: [ChunkID]) throws -> [Bool] {
        let request = StoreRequest(
            .post, "/v1/chunks/missing", headers: [("Content-Type", WireCoding.prefixesType)],
            body: MissingBitmap.prefixBody(ids), answerLimit: max(ids.count / 8 + 1, 4096))
        switch try conversation.call(request) {
        case .success(let answer):
            guard let bitmap = MissingBitmap(bytes: answer.body, count: ids.count) else {
                throw UploadError(.unexpectedAnswer, "the store's bitmap of missing chunks has the wrong length")
            }
            return ids.indices.map { bitmap[$0] }
        case .refused(let problem, _):
            throw UploadError(.unexpectedAnswer, "the store does not say what it misses: \(problem.detail)")
        }
    }
}
