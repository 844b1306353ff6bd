import Foundation

/// What a folder holds, file by file, for comparison to the byte and to the nanosecond.
struct FileTree {
    struct File: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int
        let mode: UInt16
    }

    let root: String
    /// By path below `root`. Folders are not listed: they come and go with their files.
    let files: [String: File]

    init(root: String, files: [String: File]) { (self.root, self.files) = (root, files) }

    /// Reads names and stats; contents are read when compared. Symbolic links are listed as themselves, unless
    /// `followingLinks` is set (the staged tree shows big sets as links). `depth` is how many folders deep to look.
    init(_ root: String, followingLinks: Bool = false, depth: Int = .max) throws {
        var files: [String: File] = [:]
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder) {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                var facts = stat()
                let whole = "\(root)/\(path)"
                guard (followingLinks ? stat(whole, &facts) : lstat(whole, &facts)) == 0 else {
                    throw ChildProcess.Unexpected(
                        description: "\(whole) cannot be read: \(String(cString: strerror(errno)))")
                }
                if facts.st_mode & S_IFMT == S_IFDIR {
                    if path.count(where: { $0 == "/" }) + 1 < depth { folders.append(path) }
                } else {
                    files[path] = File(
                        size: Int(facts.st_size), seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec,
                        mode: UInt16(facts.st_mode & 0o7777))
                }
            }
        }
        self.root = root
        self.files = files
    }

    /// The same, but empty where there is no such folder.
    init(_ root: String, followingLinks: Bool = false, ifPresent: Bool, depth: Int = .max) throws {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: root, isDirectory: &isFolder)
        if isThere && isFolder.boolValue {
            try self.init(root, followingLinks: followingLinks, depth: depth)
        } else {
            self.init(root: root, files: [:])
        }
    }

    func content(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)")) }

    enum Compare { case bytesAndTimes, bytesTimesAndModes }

    /// Sentences about everything that differs; none when the trees are the same.
    func differences(from expected: FileTree, _ compare: Compare = .bytesAndTimes) throws -> [String] {
        var found: [String] = []
        for path in Set(files.keys).subtracting(expected.files.keys).sorted() {
            found.append("\(path) should not be there")
        }
        for (path, wanted) in expected.files.sorted(by: { $0.key < $1.key }) {
            guard let file = files[path] else {
                found.append("\(path) is missing")
                continue
            }
            if file.size != wanted.size {
                found.append("\(path) has \(file.size) bytes instead of \(wanted.size)")
            } else if try content(path) != expected.content(path) {
                found.append("\(path) has other bytes")
            }
            if (file.seconds, file.nanoseconds) != (wanted.seconds, wanted.nanoseconds) {
                found.append(
                    "\(path) has time \(file.seconds).\(file.nanoseconds) instead of \(wanted.seconds).\(wanted.nanoseconds)"
                )
            }
            if compare == .bytesTimesAndModes, file.mode != wanted.mode {
                found.append(
                    "\(path) has mode \(String(file.mode, radix: 8)) instead of \(String(wanted.mode, radix: 8))")
            }
        }
        return found
    }
}
