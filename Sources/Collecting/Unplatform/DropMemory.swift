import Content
import LevelTree

/// What was done with everything in the drop folder: so an archive is opened once, and what it was filed under stays.
struct DropMemory: Remembered, Hashable, Sendable {
    struct Archive: Codable, Hashable, Sendable {
        /// In the drop folder, in hexadecimal digits: paths are raw bytes.
        var path: String
        var stamp: FileStamp
        var checksum: FileStamp?
        /// In the dataset, in hexadecimal digits.
        var place: String
        /// Why it was not unpacked; nil if it was.
        var refusal: String?
        /// What else it is to be listed with; nil for what was filed without further ado.
        var note: String?
    }

    struct Folder: Codable, Hashable, Sendable {
        var path: String
        var inode: UInt64
        var configuration: FileStamp?
        var place: String
    }

    /// The configuration's patterns: what they left out of an archive is not in the dataset.
    var excluded: [String]
    /// Of what lies in the drop folder.
    var archives: [Archive] = []
    var folders: [Folder] = []
    /// Every place of this year's dataset that is taken, and the hash of what took it; in hexadecimal digits.
    var places: [String: String] = [:]

    /// Where the content of each archive that was unpacked is, by its hash.
    var filed: [String: String] = [:]

    init(excluded: [String]) { self.excluded = excluded }

    static func text(_ path: RelativePath) -> String { hexText(path.bytes) }

    static func path(_ text: String) -> RelativePath? {
        bytes(fromHex: text).flatMap { try? RelativePath($0) }
    }

    /// The place for what is called `name` in that folder: the same as before, or one that nothing else has.
    /// - Parameter ending: stands behind whatever makes the name another's.
    mutating func claim(_ folder: String, _ name: [UInt8], ending: String = "", for owner: ChunkID) -> RelativePath {
        var name = name
        if (try? RelativePath(component: name + Array(ending.utf8))) == nil { name = Array("unnamed".utf8) }
        for digits in [0, 8, 16, 64] {
            let suffix = (digits == 0 ? "" : "~" + owner.hex.prefix(digits)) + ending
            let cut = name.prefix(RelativePath.maximumComponentLength - suffix.utf8.count)
            guard let place = try? RelativePath(Array("\(folder)/".utf8) + cut + Array(suffix.utf8)) else { continue }
            let key = DropMemory.text(place)
            guard places[key] == nil || places[key] == owner.hex else { continue }
            places[key] = owner.hex
            return place
        }
        preconditionFailure("a whole hash is nobody else's")
    }
}
