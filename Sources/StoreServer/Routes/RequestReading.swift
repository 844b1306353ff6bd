import Content
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

extension Request {
    /// The whole body, at most `limit` bytes. A body that is too large by its own account is refused unread.
    /// Throws `Problem` (too large).
    func wholeBody(upTo limit: Int) async throws -> [UInt8] {
        if let length = try declaredLength(), length > limit { throw Self.tooLarge(limit) }
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else { throw Self.tooLarge(limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// Throws `Problem` for a body that is not this value, with the place of the first mistake.
    func json<Value: Decodable>(_ type: Value.Type, upTo limit: Int) async throws -> Value {
        let bytes = try await wholeBody(upTo: limit)
        do {
            return try WireCoding.decode(type, from: bytes)
        } catch {
            throw Problem(.malformed, "The body is not what this address takes: \(Self.mistake(error)).")
        }
    }

    /// `Content-Length`; nil where the client does not know it before. Throws `Problem` (malformed).
    func declaredLength() throws -> Int? {
        guard let text = headers[.contentLength] else { return nil }
        guard let length = Int(text), length >= 0 else {
            throw Problem(.malformed, "The header Content-Length does not hold a number of bytes.")
        }
        return length
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(.tooLarge, "The body is larger than the \(limit) bytes that this address takes.")
    }

    private static func mistake(_ error: any Error) -> String {
        let context: (what: String, DecodingError.Context)? =
            switch error as? DecodingError {
            case .keyNotFound(let key, let context)?: ("'\(key.stringValue)' is missing", context)
            case .typeMismatch(_, let context)?: ("a value of another type stands there", context)
            case .valueNotFound(_, let context)?: ("null stands there", context)
            case .dataCorrupted(let context)?: (context.debugDescription, context)
            default: nil
            }
        guard let (what, place) = context else {
            // Values of the standard (ids, codes, years) throw their own sentence.
            return String("\(error)".prefix(300))
        }
        let path = place.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return String((path.isEmpty ? what : "at '\(path)': \(what)").prefix(300))
    }
}

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: WireCoding.jsonType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try WireCoding.encode(value))))
    }
}
