import Foundation

/// The disk on which the school stages: small, and in one week full of what others keep there.
///
/// Where nothing can be mounted, it is never full, and the service is told of a reserve that no disk has.
final class YearDisk {
    /// Bytes that the service is to leave free.
    static let reserve = 2 << 20
    let staging: String
    let isReal: Bool
    private let disk: MemoryDisk?
    private var filler: String { staging.deletingLastComponent + "/filler" }

    init(in workspace: Workspace) throws {
        isReal = Machine.canMountMemory
        disk = isReal ? try MemoryDisk(in: workspace, megabytes: 64, name: "disk") : nil
        staging = (try disk?.mountPoint ?? workspace.folder("disk")) + "/staging"
    }

    /// For `keep_free`.
    func keepFree(_ state: YearPlan.Disk) -> String {
        isReal || state == .roomy ? "\(Self.reserve >> 20) MiB" : "1000000 TiB"
    }

    /// Others write until so much is left, or let go of all that they had written.
    func fill(_ state: YearPlan.Disk) throws {
        guard isReal else { return }
        try? FileManager.default.removeItem(atPath: filler)
        let left: Int
        switch state {
        case .roomy: return
        case .reserveOnly: left = Self.reserve * 3 / 4
        case .full: left = 0
        }
        let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard file >= 0 else {
            // Not even its name finds room.
            guard errno == ENOSPC, left == 0 else { throw ChildProcess.Unexpected(description: "no filler") }
            return
        }
        let page = [UInt8](repeating: 1, count: 4096)
        while try free() > left, Glibc.write(file, page, page.count) == page.count {}
        guard try free() <= left else { throw ChildProcess.Unexpected(description: "the disk does not get full") }
    }

    private func free() throws -> Int {
        var facts = statvfs()
        guard statvfs(staging.deletingLastComponent, &facts) == 0 else {
            throw ChildProcess.Unexpected(description: "the disk cannot be asked")
        }
        return Int(facts.f_bavail) * Int(facts.f_frsize)
    }
}
