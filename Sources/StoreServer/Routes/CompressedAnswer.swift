import CZstd
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

extension Response {
    /// A JSON answer, as `zstd` content (RFC 8878) where the client takes that: names and ids of a dozen datasets are
    /// most of what a school with nothing new has to pay for.
    static func json(_ value: some Encodable, compressedFor request: Request) throws -> Response {
        var response = try Response.json(value)
        let accepted = request.headers[.acceptEncoding]?.lowercased().split(separator: ",") ?? []
        let takesZstd = accepted.contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " } }
            return parts.first == "zstd" && !parts.dropFirst().contains("q=0")
        }
        guard takesZstd, let bytes = compressed(try WireCoding.encode(value)) else { return response }
        response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        response.headers[.contentEncoding] = "zstd"
        return response
    }

    /// Nil where that makes it no smaller.
    private static func compressed(_ content: [UInt8]) -> [UInt8]? {
        let bound = ZSTD_compressBound(content.count)
        var code = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            code = ZSTD_compress(buffer.baseAddress, bound, content, content.count, 9)
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        return ZSTD_isError(code) == 0 && bytes.count < content.count ? bytes : nil
    }
}
