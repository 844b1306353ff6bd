import CentralStore
import Content
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// Resumable upload of frames, in the manner of the IETF's draft-ietf-httpbis-resumable-upload.
extension SchoolRoutes {
    /// `HEAD /v1/frames/<name>`: where to go on.
    func frameOffset(_ name: ChunkID, for installation: AuthenticatedInstallation) async throws -> Response {
        let state = try await lanes.questions.run { [store] in try store.frameState(name, for: installation) }
        switch state {
        case .unknown: throw Problem(.notFound, "No part of this frame has arrived; begin at offset 0.")
        case .partial(let offset): return Self.progress(.noContent, offset, isComplete: false)
        case .kept(let length): return Self.progress(.noContent, length, isComplete: true)
        }
    }

    /// `PATCH /v1/frames/<name>`: a part of a frame, or all the rest of it, straight to the disk. 201 once the frame is
    /// verified and durable; 204 after a part that is not the last.
    func receiveFrame(
        _ name: ChunkID, _ request: Request, from installation: AuthenticatedInstallation
    ) async throws -> Response {
        let part = try FramePart(request, limit: storeLimits.frame.maxBody)
        let upload = try await lanes.spools.run { [store] in
            try store.openFrame(name, at: part.offset, for: installation)
        }
        guard let upload else {
            try await discardBody(of: request)
            return Self.progress(.created, part.offset + UInt64(part.length), isComplete: true)
        }
        defer { upload.close() }
        let received = try await spool(request, into: upload)
        guard received == part.length else {
            // A cut connection looks like the end of the body. What came stays in the spool.
            throw BrokenLink(received: received, announced: part.length, isKept: true)
        }
        guard part.isLast else { return Self.progress(.noContent, upload.offset, isComplete: false) }
        try await lanes.frames.run { try upload.finish() }
        return Self.progress(.created, part.offset + UInt64(part.length), isComplete: true)
    }

    /// Whatever came before a connection breaks is written: on a bad link nothing may be sent twice.
    /// - Returns: how many bytes of the body came.
    private func spool(_ request: Request, into upload: FrameUpload) async throws -> Int {
        var received = 0
        var waiting = ByteBuffer()
        var body = request.body.makeAsyncIterator()
        // A connection that breaks without a farewell ends the body with an error, and is no trouble of the store's.
        while let bytes = try? await body.next() {
            received += bytes.readableBytes
            waiting.writeImmutableBuffer(bytes)
            if waiting.readableBytes >= Self.writeSize {
                try await write(waiting, into: upload)
                waiting.clear()
            }
        }
        try await write(waiting, into: upload)
        return received
    }

    private func write(_ bytes: ByteBuffer, into upload: FrameUpload) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await lanes.spools.run { try bytes.withUnsafeReadableBytes { try upload.append($0) } }
    }

    /// The frame is there already. A client that sends it nonetheless sees its answer when it has ended.
    private func discardBody(of request: Request) async throws {
        for try await _ in request.body {}
    }

    private static func progress(_ status: HTTPResponse.Status, _ offset: UInt64, isComplete: Bool) -> Response {
        Response(
            status: status, headers: [.uploadOffset: String(offset), .uploadComplete: isComplete ? "?1" : "?0"])
    }

    /// Bytes per write: enough that the way to the disk's thread does not count, and little enough to lose when the
    /// store itself is killed.
    private static let writeSize = 32 << 10
}

/// What the headers say of the part that follows.
private struct FramePart {
    let offset: UInt64
    let length: Int
    let isLast: Bool

    init(_ request: Request, limit: Int) throws {
        guard request.headers[.contentType] == WireCoding.partialUploadType else {
            throw Problem(.malformed, "A part of a frame has the Content-Type \(WireCoding.partialUploadType).")
        }
        guard let offset = request.headers[.uploadOffset].flatMap({ UInt64($0) }) else {
            throw Problem(.malformed, "The header Upload-Offset must say where in the frame this part begins.")
        }
        switch request.headers[.uploadComplete] {
        case "?1": isLast = true
        case "?0": isLast = false
        default: throw Problem(.malformed, "The header Upload-Complete must be ?1 (the last part) or ?0.")
        }
        guard let length = try request.declaredLength() else {
            throw Problem(.malformed, "A part of a frame needs a Content-Length: without one a cut could not be seen.")
        }
        guard offset <= UInt64(limit), length <= limit - Int(offset) else { throw Request.tooLarge(limit) }
        self.offset = offset
        self.length = length
    }
}
