import Foundation

/// The clocks of one machine, moved by hand while real programs run on it: to these it looks like a suspended machine.
/// They see them by a library that is loaded before libc (`scripts/stepped_clock.c`).
final class SteppedClock {
    private let file: String
    private let library: String
    private var wallOffset: Int64 = 0
    private var bootOffset: Int64 = 0
    private let bell: Int32

    init(in workspace: Workspace, named name: String) throws {
        file = workspace.path("\(name).clock")
        library = workspace.path("stepped_clock.so")
        if !FileManager.default.fileExists(atPath: library) {
            try ChildProcess.succeed(
                "clang", "-fuse-ld=lld", "-O2", "-shared", "-fPIC", "-o", library,
                "\(Project.folder)/scripts/stepped_clock.c")
        }
        guard mkfifo("\(file).bell", 0o600) == 0 else { throw ChildProcess.Unexpected(description: "no fifo") }
        bell = open("\(file).bell", O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try boot(0, wall: Self.now(CLOCK_REALTIME) / 1_000_000_000)
    }

    deinit { close(bell) }

    /// For programs of this machine.
    var environment: [String: String] { ["LD_PRELOAD": library, "STEPPED_CLOCK": file] }

    /// What the wall clock says, in seconds since 1970.
    var wall: Int64 { (Self.now(CLOCK_REALTIME) + wallOffset) / 1_000_000_000 }

    var bootSeconds: Int64 { (Self.now(CLOCK_BOOTTIME) + bootOffset) / 1_000_000_000 }

    /// Half a minute after the kernel began, the services do.
    func boot(_ number: Int, wall: Int64) throws {
        wallOffset = wall * 1_000_000_000 - Self.now(CLOCK_REALTIME)
        bootOffset = 30 * 1_000_000_000 - Self.now(CLOCK_BOOTTIME)
        try Data("\(Self.bootName(number))-0000-4000-8000-000000000000\n".utf8)
            .write(to: URL(fileURLWithPath: "\(file).boot"))
        try write()
    }

    /// The beginning of a boot's id.
    static func bootName(_ number: Int) -> String {
        let hex = String(number, radix: 16)
        return String(repeating: "0", count: 8 - hex.count) + hex
    }

    func pass(_ seconds: Int64) throws {
        wallOffset += seconds * 1_000_000_000
        bootOffset += seconds * 1_000_000_000
        try write()
    }

    /// The kernel's news that the clocks were moved.
    func ring() { _ = Glibc.write(bell, "!", 1) }

    /// In place: programs have the file in their memory.
    private func write() throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let written = [wallOffset, bootOffset].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == 16 else { throw ChildProcess.Unexpected(description: "\(file) cannot be written") }
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
