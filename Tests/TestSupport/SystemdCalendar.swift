import Foundation
import LevelTree

/// systemd's own opinion of calendar texts, where it is installed.
public enum SystemdCalendar {
    private static let program = "/usr/bin/systemd-analyze"
    public static let isInstalled = FileManager.default.isExecutableFile(atPath: program)

    /// The next moments after `base` that a text stands for, as `systemd-analyze calendar` prints them: in seconds since
    /// 1970.
    /// - Parameters:
    ///   - base: as in systemd.time(7), of that zone unless it says another.
    ///   - zone: that the machine is in, by its name in tzdata.
    ///   - count: how many, at most.
    public static func elapses(_ text: String, base: String, zone: String = "UTC", count: Int) throws -> [Int64] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["calendar", "--base-time=\(base)", "--iterations=\(count)", text]
        process.environment = ["TZ": zone, "LC_ALL": "C"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // "Next elapse: Sun 2018-11-04 01:00:00 -02"; where that is not in UTC, "(in UTC): Sun 2018-11-04 03:00:00 UTC"
        // follows.
        return output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 4, words.last == "UTC" else { return nil }
            let numbers = words.suffix(3).joined(separator: " ").split { !$0.isNumber }.compactMap { Int64($0) }
            guard numbers.count == 6 else { return nil }
            let day = CivilDate(year: Int(numbers[0]), month: Int(numbers[1]), day: Int(numbers[2])).daysSince1970
            return day * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
        }
    }
}
