import Staging

/// Some of a generation's files, and their sizes added up in bytes.
struct FileAmount: Hashable {
    var files: UInt64 = 0
    var bytes: UInt64 = 0

    mutating func add(_ size: UInt64) {
        files += 1
        bytes += size
    }

    /// Never less than nothing: what was counted may have been forgotten since.
    static func - (left: FileAmount, right: FileAmount) -> FileAmount {
        FileAmount(files: left.files - min(left.files, right.files), bytes: left.bytes - min(left.bytes, right.bytes))
    }
}

/// Decides when the next slice of a generation is due: once enough has come to the store that no commit has, and enough
/// is still to come. What does not have so much to come is committed whole soon, anyway. Pure.
struct Slicing {
    private let size: SliceSize
    /// Wholly at the store, and in no commit.
    private var arrived: FileAmount
    private var toCome: FileAmount

    /// Of what is to come, this part of a slice is enough for one more commit.
    static let leastToCome: UInt64 = 4

    init(_ size: SliceSize, arrived: FileAmount, toCome: FileAmount) {
        self.size = size
        self.arrived = arrived
        self.toCome = toCome
    }

    var isDue: Bool {
        size.isReached(files: arrived.files, bytes: arrived.bytes)
            && size.isReached(files: toCome.files, bytes: toCome.bytes, part: Slicing.leastToCome)
    }

    /// The last chunk of a file was sent.
    mutating func sent(fileOf bytes: UInt64) {
        arrived.add(bytes)
        toCome = toCome - FileAmount(files: 1, bytes: bytes)
    }

    /// A slice was stored.
    mutating func sliced() { arrived = FileAmount() }
}
