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
            bitmap = try await withList(request, of: ChunkID.byteCount, installation, MissingBitmap.ids) { [store] in
                try store.missing(ids: $0, for: installation)
            }
        case WireCoding.prefixesType:
            bitmap = try await withList(request, of: 8, installation, MissingBitmap.prefixes) { [store] in
                try store.missing(prefixes: $0, for: installation)
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

    /// - Parameter size: bytes of one element.
    private func withList<Element: Sendable>(
        _ request: Request, of size: Int, _ installation: AuthenticatedInstallation,
        _ list: ([UInt8]) -> [Element]?, _ ask: @escaping @Sendable ([Element]) throws -> MissingBitmap
    ) async throws -> MissingBitmap {
        let limit = storeLimits.requestIDs * size
        return try await withBody(of: request, upTo: limit, from: installation.installation) { body in
            guard let elements = list(body) else {
                throw Problem(.malformed, "The list is cut short: its length is not a multiple of \(size) bytes.")
            }
            return try await lanes.questions.run { try ask(elements) }
        }
    }
}
