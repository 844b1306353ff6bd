import Foundation
import Testing

extension SchoolMachine {
    /// One command that succeeds, and what it and all that it waited for used, as wait4(2) tells: seconds of processor time,
    /// and the most memory of one of them, in MB of 10^6 bytes.
    ///
    /// It is started by a small program: the kernel counts the starter's memory as the started one's first.
    func cost(of arguments: String...) throws -> (seconds: Double, megabytes: Double) {
        let script = """
            import os, sys
            id = os.fork()
            if id == 0: os.execv(sys.argv[1], sys.argv[1:])
            _, status, used = os.wait4(id, 0)
            print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)
            sys.exit(os.waitstatus_to_exitcode(status))
            """
        let command = [Built.collectd] + arguments + ["--quiet", "--config", configuration]
        let finished = try ChildProcess.run("python3", ["-c", script] + command, within: 300).ended(with: 0)
        let numbers = try #require(finished.lines.last).split(separator: " ").compactMap { Double($0) }
        try #require(numbers.count == 2, "\(finished)")
        return (numbers[0], numbers[1])
    }
}

extension StoreProcess {
    /// The most memory that the service ever had, in bytes.
    func memoryPeak() throws -> Int {
        let pid = try #require(serving).pid
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
        return try #require(Int(line.filter(\.isNumber))) << 10
    }
}
