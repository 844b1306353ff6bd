import Glibc
import LevelTree

/// The machine that we run on.
public struct LinuxHost: HostFacts {
    public init() {}

    public func hostname() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return escapedText(name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }

    public func addresses() -> [InterfaceAddress] { InterfaceList.read() }

    /// `/proc/meminfo` as it stands.
    public func memory() -> [UInt8] { read("/proc/meminfo") }

    /// Size and free space of each mounted filesystem that has a size, from statvfs(3).
    public func disks() -> [UInt8] { MountedDisks.text(mounts: read("/proc/self/mounts")) }

    /// Seconds since boot, and the load averages.
    public func uptime() -> [UInt8] { Array("up ".utf8) + read("/proc/uptime") + "load ".utf8 + read("/proc/loadavg") }

    /// Id and command line of each process.
    public func processes() -> [UInt8] {
        let ids = (Folder.names(in: Array("/proc".utf8)) ?? []).compactMap {
            Int32(String(decoding: $0, as: UTF8.self))
        }
        var text: [UInt8] = []
        for id in ids.sorted() {
            var line = read("/proc/\(id)/cmdline").map { $0 == 0 ? UInt8(ascii: " ") : $0 }
            // A kernel thread has a name and no command line.
            if line.isEmpty { line = Array("[".utf8) + read("/proc/\(id)/comm").filter { $0 != 0x0a } + "]".utf8 }
            text += "\(id) ".utf8 + line + "\n".utf8
        }
        return text
    }

    private func read(_ path: String) -> [UInt8] { (try? SmallFile.read(path, limit: 1 << 20)) ?? [] }
}

/// getifaddrs(3).
enum InterfaceList {
    static func read() -> [InterfaceAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [InterfaceAddress] = []
        var next = first
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr, let text = numeric(address) else { continue }
            found.append(InterfaceAddress(interface: String(cString: entry.pointee.ifa_name), address: text))
        }
        return found
    }

    private static func numeric(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
        let size: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: size = MemoryLayout<sockaddr_in>.size
        case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The stand-in for `df`.
enum MountedDisks {
    static func text(mounts: [UInt8]) -> [UInt8] {
        var text = Array("Filesystem Size Available Mounted on (MiB)\n".utf8)
        for line in mounts.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            // Only disks: asking a network or pseudo filesystem may hang, or tell nothing.
            guard fields.count > 1, fields[0].first == UInt8(ascii: "/") else { continue }
            var facts = statvfs()
            guard withCPath(Array(fields[1]), { statvfs($0, &facts) }) == 0, facts.f_blocks > 0 else { continue }
            let block = UInt64(facts.f_frsize)
            let size = UInt64(facts.f_blocks) * block >> 20
            let free = UInt64(facts.f_bavail) * block >> 20
            text += fields[0] + " \(size) \(free) ".utf8 + fields[1] + "\n".utf8
        }
        return text
    }
}
