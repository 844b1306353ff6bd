import Content
import Glibc
import LevelTree
import Testing
import Wire

@testable import CentralStore

/// A loop-mounted ext4 that is shut down without a flush (`xfs_io -x -c shutdown`), and mounted again: what was
/// acknowledged is there. Needs root with loop devices, mkfs.ext4 and xfs_io; skipped elsewhere.
@Suite(.enabled(if: LoopDisk.isPossible, "needs root, loop devices, mkfs.ext4 and xfs_io"), .serialized)
struct StorePowerCutTests {
    @Test("an acknowledged frame survives a power cut, in packs and catalog")
    func frame() throws {
        let disk = try LoopDisk()
        let test = try TestStore(data: disk.path("store"))
        let school = try test.school()
        let content = noise(200_000)
        let frame = try school.send([content])
        let before = try test.dump()
        try disk.powerCut()
        test.store.close()
        try disk.mountAgain { try test.open() }
        #expect(try test.dump() == before)
        #expect(try test.store.reader.read(ChunkID(hashing: content)) == content)
        #expect(try test.store.frameState(frame, for: school.me) != .unknown)
        // The packs alone know it too.
        test.store.close()
        try CentralStore.rebuild(at: test.dataPath)
        try test.open()
        #expect(try test.dump() == before)
        test.store.close()
        disk.release()
    }

    @Test("a receipt survives a power cut, and so do a new school and its enrolment")
    func receipt() throws {
        let disk = try LoopDisk()
        let test = try TestStore(data: disk.path("store")) { $0.packBytes = 50_000 }
        let school = try test.school()
        var request = try school.request("db", [school.entry("a", noise(60_000))])
        _ = try test.store.commit(request, from: school.me)
        request = try school.request(
            "db", [school.entry("a", noise(60_000)), school.entry("b", noise(60_000, seed: 2))])
        let receipt = try test.store.commit(request, from: school.me)
        try disk.powerCut()
        test.store.close()
        try disk.mountAgain { try test.open() }
        #expect(try test.store.commit(request, from: school.me) == receipt)
        #expect(try test.store.snapshots(school: school.server, dataset: nil, year: nil).count == 2)
        #expect(try school.files("db").count == 2)
        #expect(try test.store.enrol(school.request).installation == school.answer.installation)
        test.store.close()
        disk.release()
    }

    @Test("what is lost with the power was acknowledged to nobody, and the store goes on")
    func unacknowledged() throws {
        let disk = try LoopDisk()
        let test = try TestStore(data: disk.path("store"))
        let school = try test.school()
        try school.commit("rcs-repo", ["a": "1"])
        let before = try test.dump()
        try disk.powerCut()
        #expect(throws: (any Error).self) { try school.send([noise(50_000)]) }
        test.store.close()
        try disk.mountAgain { try test.open() }
        #expect(try test.dump() == before)
        try school.commit("rcs-repo", ["a": "2"])
        #expect(try school.files("rcs-repo") == ["a": "2"])
        test.store.close()
        disk.release()
    }
}

/// A small ext4 in a file.
final class LoopDisk {
    static let isPossible: Bool = {
        let programs = ["/usr/sbin/mkfs.ext4", "/usr/sbin/xfs_io", "/usr/sbin/losetup"]
        guard Machine.canMount, programs.allSatisfy({ access($0, X_OK) == 0 }),
            let disk = try? LoopDisk()
        else { return false }
        disk.release()
        return true
    }()

    private let folder: TestFolder
    private var isMounted = false

    init() throws {
        folder = try TestFolder()
        try folder.makeFolder("mnt")
        try LoopDisk.run(["truncate", "-s", "64M", folder.path("image")])
        try LoopDisk.run(["mkfs.ext4", "-q", "-F", folder.path("image")])
        try mount()
    }

    deinit { release() }

    func path(_ inner: String) -> String { folder.path("mnt/" + inner) }

    /// From now on nothing reaches the disk, and nothing that was not flushed has.
    func powerCut() throws { try LoopDisk.run(["xfs_io", "-x", "-c", "shutdown", folder.path("mnt")]) }

    /// Mounts it anew; files that were open before must be closed by now.
    func mountAgain(_ body: () throws -> Void) throws {
        // Open files of the dead mount are let go lazily; the image is attached anew, from what is in the file.
        try LoopDisk.run(["umount", "-l", folder.path("mnt")])
        isMounted = false
        try mount()
        try body()
    }

    func release() {
        guard isMounted else { return }
        isMounted = false
        try? LoopDisk.run(["umount", "-l", folder.path("mnt")])
    }

    private func mount() throws {
        try LoopDisk.run(["mount", "-o", "loop", folder.path("image"), folder.path("mnt")])
        isMounted = true
    }

    private static func run(_ words: [String]) throws {
        var arguments = (["/usr/bin/env"] + words).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, "/usr/bin/env", nil, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        try #require(status == 0, "\(words.joined(separator: " ")) failed")
    }
}
