import Content
import Glibc
import Synchronization
import Wire

/// Parts of frames that have come so far: `<incoming>/<installation>/<frame id>`. Not fsynced; a frame's hash proves it
/// at the end. Each installation has a few, and who opens one more loses the oldest.
final class FrameSpools: Sendable {
    private struct Key: Hashable {
        let installation: InstallationID
        let frame: ChunkID
    }

    private struct State {
        /// Which upload writes which spool; the last one to open it.
        var tickets: [Key: UInt64] = [:]
        var lastTicket: UInt64 = 0
    }

    private let folder: String
    private let limits: StoreLimits
    private let state = Mutex(State())

    init(folder: String, limits: StoreLimits) throws {
        self.folder = folder
        self.limits = limits
        try makeFolder(folder)
    }

    /// How much of a frame has come; nil for a frame that was never begun.
    func length(_ frame: ChunkID, _ installation: InstallationID) -> UInt64? {
        var status = stat()
        guard stat(path(frame, installation), &status) == 0 else { return nil }
        return UInt64(status.st_size)
    }

    /// Opens a spool for writing at `offset`, and takes it from any upload that had it: a connection that broke may not
    /// have been noticed yet.
    /// - Throws: `StoreError` with code `offsetMismatch` unless the spool ends there.
    func open(_ frame: ChunkID, _ installation: InstallationID, at offset: UInt64) throws -> (OpenFile, UInt64) {
        try state.withLock { state in
            let length = length(frame, installation)
            guard length ?? 0 == offset else {
                throw StoreError(
                    .offsetMismatch, "the store has \(length ?? 0) bytes of this frame; go on from there",
                    offset: length ?? 0)
            }
            try makeFolder("\(folder)/\(installation)")
            if length == nil { try makeRoom(installation, state) }
            let file = try OpenFile(path(frame, installation), flags: O_RDWR | O_CREAT)
            state.lastTicket += 1
            state.tickets[Key(installation: installation, frame: frame)] = state.lastTicket
            return (file, state.lastTicket)
        }
    }

    /// - Throws: `StoreError` with code `superseded` if another upload has the spool now.
    func check(_ ticket: UInt64, _ frame: ChunkID, _ installation: InstallationID) throws {
        let current = state.withLock { $0.tickets[Key(installation: installation, frame: frame)] }
        guard current == ticket else {
            throw StoreError(
                .superseded, "this frame goes on over another connection, or its enrolment ended", retryAfterSeconds: 1)
        }
    }

    /// Ends an upload; its bytes stay.
    func close(_ ticket: UInt64, _ frame: ChunkID, _ installation: InstallationID) {
        let key = Key(installation: installation, frame: frame)
        state.withLock { if $0.tickets[key] == ticket { $0.tickets[key] = nil } }
    }

    /// Ends an upload and throws its bytes away.
    func discard(_ frame: ChunkID, _ installation: InstallationID) {
        state.withLock { state in
            unlink(path(frame, installation))
            state.tickets[Key(installation: installation, frame: frame)] = nil
        }
    }

    /// Throws away everything of an installation that was revoked.
    func discard(installation: InstallationID) {
        state.withLock { state in
            let folder = "\(folder)/\(installation)"
            for name in (try? names(in: folder)) ?? [] { unlink("\(folder)/\(name)") }
            rmdir(folder)
            state.tickets = state.tickets.filter { $0.key.installation != installation }
        }
    }

    private func makeRoom(_ installation: InstallationID, _ state: State) throws {
        let folder = "\(folder)/\(installation)"
        var idle: [(name: String, age: timespec)] = []
        let all = try names(in: folder)
        for name in all {
            let isOpen = ChunkID(hex: name).map { state.tickets[Key(installation: installation, frame: $0)] != nil }
            var status = stat()
            guard isOpen != true, stat("\(folder)/\(name)", &status) == 0 else { continue }
            idle.append((name, status.st_mtim))
        }
        guard all.count >= limits.partialFrames else { return }
        guard let oldest = idle.min(by: { ($0.age.tv_sec, $0.age.tv_nsec) < ($1.age.tv_sec, $1.age.tv_nsec) }) else {
            throw StoreError(
                .busy, "\(all.count) frames of this machine are on their way already; finish one of them first",
                retryAfterSeconds: 10)
        }
        unlink("\(folder)/\(oldest.name)")
    }

    private func path(_ frame: ChunkID, _ installation: InstallationID) -> String {
        "\(folder)/\(installation)/\(frame.hex)"
    }
}
