import Content
import FoundationEssentials
import LevelTree

/// Which lab PC an archive is from: the first folder of the dataset.
enum TerminalID {
    /// Folders of the dataset that are no lab PC's.
    static let refused = "refused"
    static let unsorted = "unsorted"

    /// Below the archive, or below an installation's root (CLIxIndia-Dev/unplatform_v2, main_utilities.py).
    static let configurations: [RelativePath] = [
        .fixed("unplatform/configuration/config.json"), .fixed("webapps/unplatform/configuration/config.json"),
    ]
    /// In bytes; more is no such file.
    static let longestConfiguration = 64 << 10
    /// In bytes.
    private static let longest = 64

    /// What somebody typed as `terminalId`, if that can be a folder's name and is beyond doubt; nil otherwise.
    static func read(_ configuration: [UInt8]) -> String? {
        // Windows' editors put a mark before the text.
        let text = configuration.starts(with: [0xef, 0xbb, 0xbf]) ? configuration[3...] : configuration[...]
        guard let typed = try? JSONDecoder().decode(Configuration.self, from: Data(text)) else { return nil }
        return checked(typed.terminalId)
    }

    /// For an archive that does not say: `unknown-` and the beginning of a hash.
    static func unknown(_ hash: ChunkID) -> String { "unknown-\(hash.hex.prefix(8))" }

    private struct Configuration: Decodable {
        let terminalId: String

        private enum Key: CodingKey { case terminalId }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            if let number = try? fields.decode(Int64.self, forKey: .terminalId) {
                terminalId = "\(number)"
            } else {
                terminalId = try fields.decode(String.self, forKey: .terminalId)
            }
        }
    }

    private static func checked(_ typed: String) -> String? {
        let id = String(typed.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        guard !id.isEmpty, id.utf8.count <= longest, id != refused, id != unsorted, !id.hasPrefix("."),
            (try? RelativePath(component: Array(id.utf8))) != nil, !id.contains("\\")
        else { return nil }
        return id.unicodeScalars.allSatisfy(isVisible) ? id : nil
    }

    private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }

    /// Neither a control character nor one that changes how a name is shown without being seen itself.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        default: true
        }
    }
}
