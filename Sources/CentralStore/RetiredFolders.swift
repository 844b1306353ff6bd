import Glibc
import Synchronization

/// What was in the tree until just now: `<data>/retired/<when>-<n>/`. Who has it open goes on reading it; after an hour
/// it is removed.
final class RetiredFolders: Sendable {
    /// Milliseconds.
    static let keptFor: Int64 = 3_600_000

    private let folder: TreeFolder
    private let now: @Sendable () -> Int64
    private let counter = Atomic<UInt64>(0)

    /// - Parameter now: milliseconds since 1970.
    init(folder: TreeFolder, now: @escaping @Sendable () -> Int64) {
        self.folder = folder
        self.now = now
    }

    /// Moves something here, in one step.
    func take(_ name: some Collection<UInt8>, from origin: TreeFolder) throws {
        try take(name, from: origin, when: now())
    }

    private func take(_ name: some Collection<UInt8>, from origin: TreeFolder, when: Int64) throws {
        var target: [UInt8]
        repeat {
            let number = counter.add(1, ordering: .relaxed).newValue
            target = Array("\(when)-\(number)".utf8)
        } while try !origin.moveNew(name, to: target, in: folder)
    }

    /// Removes what came here an hour ago or earlier.
    ///
    /// What bears a time to come was put here under a clock that has been set back since; it gets a new hour.
    /// - Returns: how many folders went.
    @discardableResult
    func sweep(now: Int64) throws -> Int {
        var removed = 0
        for name in try folder.names() {
            guard let when = Self.time(name) else { continue }
            if when > now {
                try take(name, from: folder, when: now)
            } else if now - when >= Self.keptFor {
                try folder.removeAll(name)
                removed += 1
            }
        }
        return removed
    }

    private static func time(_ name: [UInt8]) -> Int64? {
        name.split(separator: UInt8(ascii: "-"), maxSplits: 1).first.flatMap {
            Int64(String(decoding: $0, as: UTF8.self))
        }
    }
}
