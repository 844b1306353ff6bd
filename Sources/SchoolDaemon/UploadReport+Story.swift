import LevelTree
import Terminal
import Uploading

extension UploadReport.Entry {
    /// One line for a person, without the full stop.
    public var sentence: String {
        let amount =
            "\(dataset) \(year): \(ByteText.count(Int(clamping: files), "file")), \(ByteText.size(bytes))"
            + (outcome == .partial ? ", partial" : "")
        return switch ending {
        case .committed: "\(amount): the store has it (\(ByteText.size(wire.up)) sent)"
        case .failed(let error): "\(amount): not sent: \(error.message)"
        case .notSent: "\(amount): waits for the next upload"
        }
    }

    /// Whether the store has it.
    public var isGood: Bool { if case .committed = ending { true } else { false } }
}

extension UploadReport.Slice {
    /// One line for a person, without the full stop.
    public var sentence: String {
        "\(dataset) \(year): \(ByteText.grouped(Int(clamping: files))) of "
            + "\(ByteText.count(Int(clamping: allFiles), "file")) at the store, the rest follows"
    }
}

extension UploadReport {
    /// Of each dataset that the store does not have whole, how far it is: the last slice.
    var standingSlices: [Slice] {
        slices.indices.filter { index in
            let slice = slices[index]
            return !slices[(index + 1)...].contains { $0.dataset == slice.dataset && $0.year == slice.year }
                && !entries.contains { $0.isGood && $0.dataset == slice.dataset && $0.year == slice.year }
        }.map { slices[$0] }
    }

    /// The last line of the story, without the full stop; nil where nothing is to be told but why it stopped.
    public var sentence: String? {
        if entries.isEmpty, stopped != nil { return nil }
        let travelled = "\(ByteText.size(wire.up)) sent, \(ByteText.size(wire.down)) received"
        let done = entries.count(where: \.isGood)
        if entries.isEmpty { return "nothing new to send (\(travelled))" }
        let waiting = entries.count - done
        return "\(ByteText.count(done, "dataset")) received by the store\(waiting > 0 ? ", \(waiting) waiting" : "") "
            + "(\(travelled))"
    }
}
