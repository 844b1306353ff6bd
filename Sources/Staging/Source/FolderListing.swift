import Glibc

/// The names in one folder, sorted bytewise.
///
/// One buffer for all names: a folder with 200,000 files must not cost 200,000 objects.
struct FolderListing {
    private struct Item {
        let start: UInt32
        /// `d_type` of readdir(3).
        let kind: UInt8
    }

    private var bytes: [UInt8] = []
    private var items: [Item] = []

    var count: Int { items.count }

    /// Reads and sorts the names, without `.` and `..`. False, with `errno` set, if the folder cannot be read to its end.
    mutating func read(_ folder: Int32) -> Bool {
        // The stream gets a descriptor of its own, and closes it.
        let copy = Glibc.fcntl(folder, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return false }
        guard let stream = fdopendir(copy) else {
            let number = errno
            close(copy)
            errno = number
            return false
        }
        rewinddir(stream)
        errno = 0
        while let entry = readdir(stream) { append(entry) }
        let number = errno
        closedir(stream)
        errno = number
        guard number == 0 else { return false }
        sort()
        return true
    }

    private mutating func append(_ entry: UnsafeMutablePointer<dirent>) {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return }
        let name = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: UInt8.self)
        let length = strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
        let dot = UInt8(ascii: ".")
        if length == 1, name[0] == dot { return }
        if length == 2, name[0] == dot, name[1] == dot { return }
        items.append(Item(start: UInt32(bytes.count), kind: entry.pointee.d_type))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name, count: length + 1))
    }

    private mutating func sort() {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let names = UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self)
            items.sort { strcmp(names + Int($0.start), names + Int($1.start)) < 0 }
        }
    }

    func kind(_ index: Int) -> UInt8 { items[index].kind }

    /// The name as a pointer for the kernel, valid during the call.
    func withName<Result>(_ index: Int, _ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        let start = Int(items[index].start)
        return try bytes.withUnsafeBufferPointer { buffer in
            try buffer.withMemoryRebound(to: CChar.self) { names in
                guard let base = names.baseAddress else { preconditionFailure("a listed name has bytes") }
                return try body(base + start)
            }
        }
    }

    func appendName(_ index: Int, to path: inout [UInt8]) {
        withName(index) { name in
            name.withMemoryRebound(to: UInt8.self, capacity: strlen(name)) { raw in
                path.append(contentsOf: UnsafeBufferPointer(start: raw, count: strlen(name)))
            }
        }
    }

    func name(_ index: Int) -> [UInt8] {
        var name: [UInt8] = []
        appendName(index, to: &name)
        return name
    }
}
