import LevelTree
import Staging
import Wire

/// What the store last said of the time: within the boot in which it was told, the boot clock carries it on.
struct StoreTime: Codable, Hashable {
    var bootID: String
    /// By the boot clock, when it was told.
    var bootSeconds: Double
    /// Since 1970.
    var seconds: Int64

    enum CodingKeys: String, CodingKey {
        case bootID = "boot_id"
        case bootSeconds = "boot_seconds"
        case seconds
    }

    /// The true time of a moment of the same boot; nil for another boot, or where the store's own clock cannot be right.
    func time(at bootSeconds: Double, in bootID: String) -> FileTime? {
        let told = FileTime(seconds: seconds, nanoseconds: 0)
        guard bootID == self.bootID, ClockGuard.isPossible(told) else { return nil }
        return told + (bootSeconds - self.bootSeconds)
    }

    /// Nil if there is none, or none that this version can read: it is only ever a help.
    static func load(from files: InstallationFiles) -> StoreTime? {
        guard let bytes = try? files.read(.storeTime) else { return nil }
        return try? WireCoding.decode(StoreTime.self, from: bytes)
    }

    /// Durable when it returns. Within a boot it is written anew only where the store says something else, and never
    /// where that cannot be.
    /// - Throws: `StagingError`.
    func save(to files: InstallationFiles) throws {
        guard ClockGuard.isPossible(FileTime(seconds: seconds, nanoseconds: 0)) else { return }
        if let known = StoreTime.load(from: files), let time = known.time(at: bootSeconds, in: bootID),
            abs(time.seconds - seconds) < StoreTime.tolerance
        {
            return
        }
        try files.write(WireCoding.encode(self), as: .storeTime)
    }

    /// What an answer may take on its way, in seconds.
    static let tolerance: Int64 = 60
}

extension InstallationFiles.Name {
    /// What the store last said of the time.
    static let storeTime = InstallationFiles.Name(rawValue: "store-time.json")
}

extension FileTime {
    static func + (time: FileTime, seconds: Double) -> FileTime {
        // A boot clock counts years at most.
        let sum = Double(time.nanoseconds) / 1e9 + seconds
        let whole = sum.rounded(.down)
        return FileTime(seconds: time.seconds + Int64(whole), nanoseconds: Int32((sum - whole) * 1e9))
    }
}
