import Glibc
import Testing

@testable import Staging

@Suite("The files of an installation")
struct InstallationFilesTests {
    let site: Site
    private let files: InstallationFiles

    init() throws {
        site = try Site()
        files = InstallationFiles(stagingDirectory: site.stagingPath)
    }

    @Test func `are written and read back, readable to their owner only`() throws {
        #expect(try files.read(.token) == nil)
        try files.write([1, 2, 3], as: .token)
        #expect(try files.read(.token) == [1, 2, 3])
        #expect(site.status(site.stagingPath + "/state/token")?.mode == 0o600)
        #expect(site.status(site.stagingPath + "/state")?.mode == 0o700)
        try files.write([], as: .token)
        #expect(try files.read(.token) == [])
        try files.remove(.token)
        try files.remove(.token)
        #expect(try files.read(.token) == nil)
        #expect(site.files(below: site.stagingPath + "/state").isEmpty)
    }

    @Test func `are whole or as they were`() throws {
        try files.write([1], as: .installation)
        // What a crash left: a part with other bits, which the next writing takes over.
        close(open(site.stagingPath + "/state/installation.json.part", O_CREAT | O_WRONLY, 0o644))
        #expect(try files.read(.installation) == [1])
        try files.write([2], as: .installation)
        #expect(try files.read(.installation) == [2])
        #expect(site.status(site.stagingPath + "/state/installation.json")?.mode == 0o600)
        #expect(site.files(below: site.stagingPath + "/state").count == 1)
    }

    @Test(.enabled(if: isRoot, "mounting needs root"))
    func `stay as they were when the disk is full`() throws {
        mkdir(site.stagingPath, 0o755)
        #expect(mount("none", site.stagingPath, "tmpfs", 0, "size=64k") == 0)
        defer { umount(site.stagingPath) }
        try files.write([1], as: .token)
        let error = #expect(throws: StagingError.self) { try files.write(noise(1 << 20), as: .token) }
        #expect(error?.code == .diskFull)
        #expect(try files.read(.token) == [1])
    }

    @Test func `do not follow a symlink that someone put there`() throws {
        try files.write([1], as: .token)
        unlink(site.stagingPath + "/state/token")
        symlink("/etc/passwd", site.stagingPath + "/state/token")
        #expect(throws: StagingError.self) { try files.read(.token) }
        try files.write([2], as: .token)
        #expect(try files.read(.token) == [2])
    }
}
