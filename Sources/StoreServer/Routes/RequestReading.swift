import Content
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Wire

extension SchoolRoutes {
    /// Reads a whole body, at most `limit` bytes, and hands it to `work`, until whose end it counts in the budget. A body
    /// that is too large by its own account, or for which there is no room now, is refused unread.
    /// Throws `Problem` (too large, busy), `BrokenLink`.
    func withBody<Result>(
        of request: Request, upTo limit: Int, from installation: InstallationID?,
        _ work: ([UInt8]) async throws -> Result
    ) async throws -> Result {
        let length = try request.declaredLength()
        guard length ?? 0 <= limit else { throw Request.tooLarge(limit) }
        return try await bodies.holding(length ?? limit, for: installation) {
            try await work(request.wholeBody(length, upTo: limit))
        }
    }

    /// Throws `Problem` for a body that is not this value, with the place of the first mistake.
    func withJSON<Value: Decodable, Result>(
        _ type: Value.Type, of request: Request, upTo limit: Int, from installation: InstallationID?,
        _ work: (Value) async throws -> Result
    ) async throws -> Result {
        try await withBody(of: request, upTo: limit, from: installation) { bytes in
            try await work(Request.value(type, in: bytes))
        }
    }
}

extension Request {
    fileprivate func wholeBody(_ length: Int?, upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        // Memory counts once it is written to; growing by doubling would write to more than was set aside.
        bytes.reserveCapacity(length ?? limit)
        var parts = body.makeAsyncIterator()
        var isBroken = false
        while let part = await Self.next(&parts, &isBroken) {
            guard bytes.count + part.readableBytes <= limit else { throw Self.tooLarge(limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        // Some connections end with an error, and others as if the body had ended.
        guard !isBroken, bytes.count == length ?? bytes.count else {
            throw BrokenLink(received: bytes.count, announced: length, isKept: false)
        }
        return bytes
    }

    private static func next(_ parts: inout RequestBody.AsyncIterator, _ isBroken: inout Bool) async -> ByteBuffer? {
        do { return try await parts.next() } catch {
            isBroken = true
            return nil
        }
    }

    fileprivate static func value<Value: Decodable>(_ type: Value.Type, in bytes: [UInt8]) throws -> Value {
        do { return try WireCoding.decode(type, from: bytes) } catch {
            throw Problem(.malformed, "The body is not what this address takes: \(mistake(error)).")
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

    /// Without a full stop at its end.
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
            return unfinished("\(error)")
        }
        let path = place.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return unfinished(path.isEmpty ? what : "at '\(path)': \(what)")
    }

    private static func unfinished(_ sentence: String) -> String {
        var text = sentence.prefix(300)
        while text.hasSuffix(".") { text.removeLast() }
        return String(text)
    }
}

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: WireCoding.jsonType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try WireCoding.encode(value))))
    }
}
