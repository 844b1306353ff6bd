import HTTPTypes
import Hummingbird
import NIOCore
import Wire

extension SchoolRoutes {
    /// Whether this service can answer: the lane that every question goes through moves.
    func health() async throws -> Response {
        struct Health: Encodable {
            let status = "ok"
        }
        try await lanes.questions.run {}
        return try .json(Health())
    }

    /// The authority's certificate, for anybody: what makes it trusted is the fingerprint in the enrolment code.
    func authorityCertificate() -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/pem-certificate-chain"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: authorityPEM)))
    }
}
