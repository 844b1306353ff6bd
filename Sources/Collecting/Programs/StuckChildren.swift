import Glibc

/// Children that were cloned and never became the program they were cloned for.
///
/// Such a child runs our own executable. One that is seen so twice, a second apart, is stuck: between clone and exec a
/// child needs microseconds.
enum StuckChildren {
    static func kill() async {
        let before = ids(running: executable(of: "self"))
        guard !before.isEmpty else { return }
        try? await pause(for: .seconds(1))
        for id in before.intersection(ids(running: executable(of: "self"))) { Glibc.kill(id, SIGKILL) }
    }

    /// Our children whose executable is `executable`.
    static func ids(running executable: String?) -> Set<pid_t> {
        guard let executable, let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: Set<pid_t> = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let id = pid_t(name), parent(of: name) == getpid(), self.executable(of: name) == executable else {
                continue
            }
            found.insert(id)
        }
        return found
    }

    private static func executable(of process: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let length = readlink("/proc/\(process)/exe", start, 4096)
            guard length > 0 else { return nil }
            start[length] = 0
            return String(cString: start)
        }
    }

    /// The fourth field of `/proc/<id>/stat` (proc(5)); the second, in parentheses, may hold spaces.
    private static func parent(of process: String) -> pid_t? {
        guard let text = try? SmallFile.read("/proc/\(process)/stat", limit: 4096),
            let name = text.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = text[(name + 1)...].split(separator: UInt8(ascii: " "))
        return fields.count > 1 ? pid_t(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}
