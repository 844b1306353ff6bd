import CentralStore
import Content
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

extension SchoolRoutes {
    /// `GET /v1/hello`
    func hello(_ request: Request, for installation: AuthenticatedInstallation) async throws -> Response {
        let hello = try await lanes.questions.run { [store] in try store.hello(installation) }
        return try .json(hello, compressedFor: request)
    }

    /// `POST /v1/chunks/missing`: ids or prefixes in, a bitmap out.
    func missingChunks(_ request: Request, for installation: AuthenticatedInstallation) async throws -> Response {
        let bitmap: MissingBitmap
        switch request.headers[.contentType] {
        case WireCoding.idsType:
            let body = try await request.wholeBody(upTo: storeLimits.requestIDs * ChunkID.byteCount)
            guard let ids = MissingBitmap.ids(in: body) else { throw Self.cutList(ChunkID.byteCount) }
            bitmap = try await lanes.questions.run { [store] in try store.missing(ids: ids, for: installation) }
        case WireCoding.prefixesType:
            let body = try await request.wholeBody(upTo: storeLimits.requestIDs * 8)
            guard let prefixes = MissingBitmap.prefixes(in: body) else { throw Self.cutList(8) }
            bitmap = try await lanes.questions.run { [store] in
                try store.missing(prefixes: prefixes, for: installation)
            }
        default:
            throw Problem(
                .malformed,
                "Ask with Content-Type \(WireCoding.idsType) (32 bytes each) or "
                    + "\(WireCoding.prefixesType) (8 bytes each).")
        }
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bitmap.bytes)))
    }

    private static func cutList(_ size: Int) -> Problem {
        Problem(.malformed, "The list is cut short: its length is not a multiple of \(size) bytes.")
    }
}
