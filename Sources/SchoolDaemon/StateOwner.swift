import CLinux
import Glibc

/// Who owns the state directory, and becoming that user.
///
/// `collect`, `upload` and the like may be run by root beside or instead of the service. What root makes in the state
/// directory the service could not use later, so root acts as the directory's owner. The one capability that the
/// service has, reading every file, is kept, for this process and for the programs that it runs.
public enum StateOwner {
    /// Why this process could not become the owner.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// What `become` did.
    public enum Change: Sendable, Hashable {
        /// Not root, or nobody else owns the directory, or it is not there yet.
        case none
        /// Acting as this user now. Not for undoing.
        case became(user: String, keepsReading: Bool)
    }

    /// Becomes the owner of `directory` if this process is root and the owner is somebody else.
    ///
    /// Call it before any other thread exists: capabilities belong to a thread, and later ones inherit them.
    public static func become(ownerOf directory: String) throws(Problem) -> Change {
        guard geteuid() == 0 else { return .none }
        var status = stat()
        guard stat(directory, &status) == 0, status.st_uid != 0 else { return .none }
        let (user, group) = (status.st_uid, status.st_gid)
        let name = getpwuid(user).map { String(cString: $0.pointee.pw_name) }

        func require(_ result: Int32, _ step: String) throws(Problem) {
            let number = errno
            guard result != 0 else { return }
            throw Problem(
                description: "cannot act as \(name ?? "user \(user)"), who owns \(directory): \(step): "
                    + "\(String(cString: strerror(number))); run this as that user instead")
        }
        // As root, setgid and setuid set all of a process's ids, saved ones too: there is no way back.
        try require(clinux_keep_capabilities(), "keeping capabilities")
        if let name {
            let primary = getpwuid(user).map { $0.pointee.pw_gid } ?? group
            try require(initgroups(name, primary), "setting groups")
            try require(setgid(primary), "setting the group")
        } else {
            try require(setgroups(0, nil), "setting groups")
            try require(setgid(group), "setting the group")
        }
        try require(setuid(user), "setting the user")
        // Without it only what the owner itself may read is collected, and the rest is named: no reason to stop.
        let keepsReading = clinux_pass_on_dac_read_search() == 0
        return .became(user: name ?? "user \(user)", keepsReading: keepsReading)
    }
}
