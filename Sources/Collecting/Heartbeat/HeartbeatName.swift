import LevelTree
import Staging

/// `system-heartbeat-20180816-153000.log`, by the clock on the school's wall, as the platform's own script names them.
///
/// While nobody knows the time, the name says so: `system-heartbeat-20000101-053000-held-3f2a9c1e-120.log`, with the
/// beginning of the boot's id and the seconds since that boot. So two boots that begin at the same wrong second have two
/// files, and each can be named once the time of its boot is known.
public enum HeartbeatName {
    static func name(at time: FileTime, held: HeldMoment?, in zone: SchoolTimeZone) -> RelativePath {
        let mark = held.map { "-held-\(boot($0.bootID))-\(Int64($0.bootSeconds))" } ?? ""
        return RelativePath.fixed("system-heartbeat-\(zone.local(time).nameText)\(mark).log")
    }

    /// The beginning of a boot's id, as it stands in names.
    public static func boot(_ bootID: String) -> String {
        String(bootID.prefix { $0 != "-" }.prefix(8))
    }

    /// The name by the true time.
    ///
    /// - Parameter time: of a boot, as it stands in names, and seconds since it; nil if it is not known.
    /// - Returns: nil for a name that says nothing of a boot, or of one whose time is not known.
    public static func known(
        _ path: RelativePath, in zone: SchoolTimeZone, time: (String, Int64) -> FileTime?
    ) -> RelativePath? {
        let parts = String(decoding: path.bytes, as: UTF8.self).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 7, parts[0] == "system", parts[1] == "heartbeat", parts[4] == "held",
            parts[6].hasSuffix(".log"), let seconds = Int64(parts[6].dropLast(4)),
            let time = time(String(parts[5]), seconds)
        else { return nil }
        return name(at: time, held: nil, in: zone)
    }
}
