import Collecting
import Glibc
import LevelTree
import Staging
import Synchronization
import Uploading
import Wire

/// An upload that goes on, kept for `status`: a small file of the state directory, which who uploads has locked for as
/// long (`flock(2)`). So one whose process was killed is none.
struct UploadUnderWay: Codable, Hashable, Sendable {
    /// When the store answered: milliseconds since 1970, by the school's clock.
    var since: Int64
    /// What the store has of the content of what is to be sent, and all of it, in bytes; 0 of 0 until that is known.
    var done: UInt64 = 0
    var total: UInt64 = 0
    /// What the store has committed last in this upload, by name.
    var committed: String?

    /// Nil while none goes on, or none that this version can read.
    static func load(from files: InstallationFiles) -> UploadUnderWay? {
        let file = open(path(files), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard flock(file, LOCK_SH | LOCK_NB) != 0 else {
            flock(file, LOCK_UN)
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = pread(file, &bytes, bytes.count, 0)
        return try? WireCoding.decode(UploadUnderWay.self, from: Array(bytes.prefix(max(count, 0))))
    }

    fileprivate static func path(_ files: InstallationFiles) -> String { "\(files.directory)/upload-under-way.json" }

    /// Each time as long, so that one write replaces what was there.
    fileprivate static let size = 512

    /// How far it is, and what was committed last: what goes behind the word upload.
    func clauses(in zone: SchoolTimeZone) -> String {
        let status = SchoolStatus.UnderWay(self, in: zone)
        return status.howFar + (committed.map { ", \($0) received last" } ?? "")
    }
}

/// Writes down how far an upload is, for as long as this object lives. Nothing of it is durable, and what cannot be
/// written is not told: an upload never fails for it.
final class UploadNote: Sendable {
    private struct State {
        var underWay: UploadUnderWay?
        var file: Int32 = -1
        var isLocked = false
        /// By the boot clock.
        var writtenAt = -Double.infinity
    }

    private let files: InstallationFiles
    private let clock: MachineClock
    private let state = Mutex(State())

    init(in files: InstallationFiles, clock: MachineClock) {
        self.files = files
        self.clock = clock
    }

    deinit { end() }

    /// The store has answered.
    func begin() { state.withLock { write(&$0, at: clock.bootSeconds()) } }

    /// Called often; writes now and then.
    func note(_ event: UploadEvent) {
        let now = clock.bootSeconds()
        state.withLock { state in
            var underWay = state.underWay ?? UploadUnderWay(since: clock.now().seconds * 1000)
            switch event {
            case .progress(_, let done, let total, _): (underWay.done, underWay.total) = (done, total)
            case .ended(let entry) where entry.isGood: underWay.committed = entry.dataset.name
            default: return
            }
            let isNews = underWay.committed != state.underWay?.committed || state.underWay?.total ?? 0 == 0
            state.underWay = underWay
            if isNews || now >= state.writtenAt + Self.pause { write(&state, at: now) }
        }
    }

    /// It goes on no more. May be called again.
    func end() {
        state.withLock { state in
            guard state.file >= 0 else { return }
            // A program that is just being started by another thread has the file open too, until its exec.
            flock(state.file, LOCK_UN)
            close(state.file)
            state = State()
        }
    }

    private func write(_ state: inout State, at now: Double) {
        let underWay = state.underWay ?? UploadUnderWay(since: clock.now().seconds * 1000)
        state.underWay = underWay
        if state.file < 0 {
            state.file = open(UploadUnderWay.path(files), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        guard state.file >= 0, let text = try? WireCoding.encode(underWay), text.count <= UploadUnderWay.size else {
            return
        }
        let bytes = text + [UInt8](repeating: UInt8(ascii: " "), count: UploadUnderWay.size - text.count)
        _ = pwrite(state.file, bytes, bytes.count, 0)
        // Locked once there is something to read; who looks at it at this moment has it locked, and the next try gets it.
        if !state.isLocked { state.isLocked = flock(state.file, LOCK_EX | LOCK_NB) == 0 }
        state.writtenAt = state.isLocked ? now : -.infinity
    }

    /// Seconds between two writes of how far it is.
    private static let pause = 30.0
}

extension SchoolStatus.UnderWay {
    init(_ underWay: UploadUnderWay, in zone: SchoolTimeZone) {
        self.init(
            since: zone.isoText(milliseconds: underWay.since), done: underWay.done, total: underWay.total,
            committed: underWay.committed)
    }
}
