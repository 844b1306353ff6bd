import Foundation
import Testing

/// What this machine lets a test do. Tests that need more are skipped, visibly, by these conditions.
enum Machine {
    static let isRoot = geteuid() == 0

    /// Mounting a loop device needs root and a kernel that has them; the only way to know is to try.
    static let canCutPower: Bool = {
        guard isRoot, let workspace = try? Workspace(), let disk = try? LoopDisk(in: workspace, megabytes: 16) else {
            return false
        }
        return (try? disk.cutPower()) != nil
    }()

    static let canMountMemory: Bool = {
        guard isRoot, let workspace = try? Workspace() else { return false }
        return (try? MemoryDisk(in: workspace, megabytes: 4)) != nil
    }()
}

extension Trait where Self == ConditionTrait {
    static var needsRoot: Self { .enabled(if: Machine.isRoot, "needs root: other users are impersonated") }
    static var needsPowerCuts: Self {
        .enabled(if: Machine.canCutPower, "needs root and loop devices: a filesystem is shut down without a flush")
    }
    static var needsMemoryDisks: Self { .enabled(if: Machine.canMountMemory, "needs root: a small disk is mounted") }
    static func needsShared(_ path: String) -> Self {
        .enabled(if: Project.hasShared(path), "needs ../shared/\(path), which is not part of the project")
    }
}
