import ArgumentParser
import LevelTree

/// `[DATASET…]`: names or aliases; none means all.
struct DatasetArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Names or aliases of datasets, such as heartbeat or rcs-repo; all of them if none is named.",
            valueName: "dataset"))
    var words: [String] = []

    func validate() throws {
        for word in words where Dataset.named(word).isEmpty {
            let nearest = nearestName(to: word, among: Dataset.words).map { "did you mean \($0)?" }
            throw ValidationError(
                "there is no dataset \"\(escapedText(word.utf8))\"; \(nearest ?? "clix-collectd sources lists them")")
        }
    }

    /// Nil for all.
    var datasets: [Dataset]? { words.isEmpty ? nil : words.flatMap(Dataset.named) }
}
