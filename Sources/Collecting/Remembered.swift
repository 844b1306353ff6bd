import FoundationEssentials
import LevelTree
import Staging

/// What a collector remembers from one pass to the next: JSON, and the same bytes for the same content, so that a pass
/// that learned nothing writes nothing.
protocol Remembered: Codable {}

extension Remembered {
    /// Nil for what another release wrote in another form.
    init?(_ bytes: [UInt8]) {
        guard let memory = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = memory
    }

    /// - Throws: `CollectingProblem` for a number that JSON does not have; texts and counts can always be written.
    func encoded() throws(CollectingProblem) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do {
            return Array(try encoder.encode(self))
        } catch {
            throw CollectingProblem(.unusable, "what was seen cannot be remembered: \(error)")
        }
    }
}

extension CollectionContext {
    /// What a dataset's collector remembers of the year that is collected now; nil in a new one, in which everything is
    /// taken from the source again.
    /// - Throws: `CollectingProblem` if it cannot be read.
    func remembered<Memory: Remembered>(
        of dataset: Dataset, as form: Memory.Type
    ) throws(CollectingProblem) -> Memory? {
        guard let last = try memory(dataset), let year = try? year ?? timeZone.year(of: now), last.year == year else {
            return nil
        }
        return form.init(last.bytes)
    }
}
