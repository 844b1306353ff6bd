import Foundation

/// What a service takes of its machine, as the kernel tells it.
struct Footprint {
    /// In bytes: now, and the most that it ever was.
    var memory = 0, memoryPeak = 0
    var threads = 0
    var openFiles = 0

    init(of pid: pid_t) throws {
        for line in try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8).split(separator: "\n") {
            let number = Int(line.filter(\.isNumber)) ?? 0
            if line.hasPrefix("VmRSS:") { memory = number << 10 }
            if line.hasPrefix("VmHWM:") { memoryPeak = number << 10 }
            if line.hasPrefix("Threads:") { threads = number }
        }
        openFiles = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    /// Once as many threads have been there for 6 s: those that have had no work for 5 s end (`LaneQueue`).
    init(settled pid: pid_t) throws {
        self = try Footprint(of: pid)
        var same = 0
        for _ in 0..<120 where same < 24 {
            Thread.sleep(forTimeInterval: 0.25)
            let next = try Footprint(of: pid)
            same = next.threads == threads ? same + 1 : 0
            self = next
        }
    }

    /// The most of each; of open files the fewest, because those of a moment come and go, and only what is left open stays.
    func most(_ other: Footprint) -> Footprint {
        var most = self
        most.memory = max(memory, other.memory)
        most.memoryPeak = max(memoryPeak, other.memoryPeak)
        most.threads = max(threads, other.threads)
        most.openFiles = min(openFiles, other.openFiles)
        return most
    }
}

/// What a staging directory takes of the disk, in bytes, apart from the tree that it is for.
struct StagingFootprint {
    /// The database and all small files beside it.
    let state: Int
    /// Of SQLite's log beside its database, which has a size of its own (sqlite.org/wal.html).
    let log: Int
    /// Former generations, lists of entries, frames on their way: what the tree does not show.
    let beside: Int
    let filesBeside: Int
    let tree: Int

    init(_ staging: String) throws {
        let state = try Self.files(below: "\(staging)/state")
        let log = state.filter { $0.path.hasSuffix("-wal") || $0.path.hasSuffix("-shm") }
        self.log = log.reduce(0) { $0 + $1.size }
        self.state = state.reduce(0) { $0 + $1.size } - self.log
        let tree = Dictionary(try Self.files(below: "\(staging)/tree").map { ($0.inode, $0.size) }) { first, _ in first
        }
        self.tree = tree.values.reduce(0, +)
        let others = try ["generations", "spool"].flatMap { try Self.files(below: "\(staging)/\($0)") }
        let beside = Dictionary(others.map { ($0.inode, $0.size) }) { first, _ in first }.filter { tree[$0.key] == nil }
        self.beside = beside.values.reduce(0, +)
        filesBeside = beside.count
    }

    /// Folders are files here: what is left of a generation may be one.
    private static func files(below folder: String) throws -> [(path: String, inode: UInt64, size: Int)] {
        guard let all = FileManager.default.enumerator(atPath: folder) else {
            throw ChildProcess.Unexpected(description: "no folder \(folder)")
        }
        return all.compactMap { path -> (path: String, inode: UInt64, size: Int)? in
            var facts = stat()
            guard let path = path as? String, lstat("\(folder)/\(path)", &facts) == 0 else { return nil }
            return (path, UInt64(facts.st_ino), facts.st_mode & S_IFMT == S_IFDIR ? 0 : Int(facts.st_size))
        }
    }
}
