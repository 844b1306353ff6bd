import Foundation

/// An ext4 filesystem in a file, which can lose its power: what was not made durable is gone afterwards.
final class LoopDisk: Sendable {
    let mountPoint: String
    private let image: String
    /// Held, so that the folder is removed after the disk in it is unmounted.
    private let workspace: Workspace

    init(in workspace: Workspace, megabytes: Int, name: String = "disk") throws {
        self.workspace = workspace
        image = workspace.path("\(name).img")
        mountPoint = try workspace.folder(name)
        try ChildProcess.succeed("truncate", "-s", "\(megabytes)M", image)
        try ChildProcess.succeed("mkfs.ext4", "-q", image)
        try mount()
    }

    deinit { _ = try? ChildProcess.run("umount", ["-l", mountPoint]) }

    private func mount() throws {
        try ChildProcess.succeed("mount", "-o", "loop", image, mountPoint)
    }

    /// From this moment on nothing reaches the disk any more, not even the journal. Programs that have files open
    /// here get errors; end them, then call `powerOn`.
    func cutPower() throws {
        try ChildProcess.succeed("xfs_io", "-x", "-c", "shutdown", mountPoint)
    }

    /// Mounts what the disk really holds.
    func powerOn() throws {
        try ChildProcess.succeed("umount", mountPoint)
        try mount()
    }
}

/// A small disk in memory that is soon full, and that can grow.
final class MemoryDisk: Sendable {
    let mountPoint: String
    private let workspace: Workspace

    convenience init(in workspace: Workspace, megabytes: Int, name: String = "small") throws {
        try self.init(in: workspace, megabytes: megabytes, over: workspace.folder(name))
    }

    /// Over a folder of the workspace that is there.
    init(in workspace: Workspace, megabytes: Int, over folder: String) throws {
        self.workspace = workspace
        mountPoint = folder
        try ChildProcess.succeed("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=755", "tmpfs", mountPoint)
    }

    deinit { _ = try? ChildProcess.run("umount", ["-l", mountPoint]) }

    func unmount() throws { try ChildProcess.succeed("umount", mountPoint) }

    func resize(megabytes: Int) throws {
        try ChildProcess.succeed("mount", "-o", "remount,size=\(megabytes)m", mountPoint)
    }
}
