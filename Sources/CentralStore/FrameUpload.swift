import Content
import Synchronization

/// One frame on its way in. Bytes are spooled to disk, so that a cut connection costs none of them; they are not
/// fsynced, the frame's hash proves them at the end.
///
/// Used from one task at a time.
public final class FrameUpload: Sendable {
    private struct State {
        var file: OpenFile?
        var offset: UInt64
    }

    private let store: CentralStore
    private let frame: ChunkID
    private let installation: AuthenticatedInstallation
    private let ticket: UInt64
    private let state: Mutex<State>

    init(
        _ store: CentralStore, _ frame: ChunkID, _ installation: AuthenticatedInstallation, at offset: UInt64
    ) throws {
        let (file, ticket) = try store.spools.open(frame, installation.installation, at: offset)
        self.store = store
        self.frame = frame
        self.installation = installation
        self.ticket = ticket
        state = Mutex(State(file: file, offset: offset))
    }

    deinit { close() }

    /// How many bytes the spool has.
    public var offset: UInt64 { state.withLock { $0.offset } }

    /// - Throws: `StoreError`: `tooLarge`, `storeFull`, or `superseded` when another connection took over.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        try store.spools.check(ticket, frame, installation.installation)
        try state.withLock { state in
            let limit = store.options.limits.frame.maxBody
            guard state.offset + UInt64(bytes.count) <= UInt64(limit) else {
                store.spools.discard(frame, installation.installation)
                throw StoreError(.tooLarge, "the frame is longer than \(limit) bytes, which is the most that is taken")
            }
            guard let file = state.file else { throw StoreError(.storage, "the upload was closed") }
            do { try file.write(bytes, at: state.offset) } catch {
                try? file.truncate(to: state.offset)
                throw error
            }
            state.offset += UInt64(bytes.count)
        }
    }

    /// Verifies the frame and makes its chunks durable; to be answered with 201. After a failure that is permanent the
    /// spool is gone; after another one, `finish` may be called again by a later upload at the same offset.
    public func finish() throws {
        try store.spools.check(ticket, frame, installation.installation)
        defer { close() }
        do {
            try store.keepFrame(frame, from: installation) { try body() }
            store.spools.discard(frame, installation.installation)
        } catch let error as StoreError where error.isPermanent {
            store.spools.discard(frame, installation.installation)
            throw error
        }
    }

    /// Lets the spool go and keeps its bytes. Safe to call at any time, and again.
    public func close() {
        state.withLock { $0.file = nil }
        store.spools.close(ticket, frame, installation.installation)
    }

    private func body() throws -> [UInt8] {
        let (file, length) = state.withLock { ($0.file, Int($0.offset)) }
        guard let file else { throw StoreError(.storage, "the upload was closed") }
        var failure: (any Error)?
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            do { count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}
