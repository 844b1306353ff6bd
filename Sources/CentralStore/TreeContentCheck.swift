import Content
import Crypto
import Glibc
import LevelTree

/// Compares files with the chunks they are made of. An inode that many schools share is read once.
final class TreeContentCheck {
    /// Inodes remembered at most, for bounded memory; more are simply read again.
    private static let memoryLimit = 1_000_000

    private var goodInodes: [UInt64: UInt64] = [:]
    private var buffer: [UInt8] = []

    /// - Returns: a clause that reads on after the file's name, or nil if its content is what it should be.
    func difference(_ entry: ManifestEntry, _ folder: TreeFolder, _ status: stat) -> String? {
        let fingerprint = Self.fingerprint(entry)
        let inode = UInt64(status.st_ino)
        if goodInodes[inode] == fingerprint { return nil }
        do {
            guard try hasContent(entry, folder) else { return "has other content" }
        } catch {
            return "cannot be compared: \(error)"
        }
        // Its name in the pool and the one here are no reason to remember it.
        if status.st_nlink > 2, goodInodes.count < Self.memoryLimit { goodInodes[inode] = fingerprint }
        return nil
    }

    private func hasContent(_ entry: ManifestEntry, _ folder: TreeFolder) throws -> Bool {
        let name = entry.path.lastComponent
        let file = try folder.read(name)
        defer { close(file) }
        for chunk in entry.chunks {
            if buffer.count < chunk.length { buffer = [UInt8](repeating: 0, count: chunk.length) }
            let isGood = try buffer.withUnsafeMutableBytes { buffer in
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<chunk.length])
                guard try fill(part, file, folder.place(of: name)) else { return false }
                return ChunkID(hashing: UnsafeRawBufferPointer(part)) == chunk.id
            }
            if !isGood { return false }
        }
        return true
    }

    /// - Returns: false if the file ends before.
    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer, _ file: Int32, _ place: @autoclosure () -> String
    ) throws -> Bool {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            if count == 0 { return false }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw TreeFault.error("read", place())
            }
        }
        return true
    }

    private static func fingerprint(_ entry: ManifestEntry) -> UInt64 {
        var ids: [UInt8] = []
        for chunk in entry.chunks { chunk.id.append(to: &ids) }
        return ChunkID(hashing: ids).prefix64
    }
}
