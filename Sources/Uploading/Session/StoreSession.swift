import CCurl

/// A kept connection to the store: the only user of libcurl.
///
/// One easy handle serves one request after the other, so that an upload is one TCP and one TLS set-up as long as the
/// link holds. Not for use by two threads at a time, and not Sendable: it is made and used on the uploader's queue.
public final class StoreSession: StoreTransport {
    private let settings: SessionSettings
    private let handle: EasyHandle
    private let sockets: SocketCount

    /// - Throws: `TransferFailure` (`unusable`) if libcurl cannot start or the address is none.
    public init(_ settings: SessionSettings) throws(TransferFailure) {
        try StoreSession.check(settings.address)
        guard StoreSession.libraryIsReady, let handle = curl_easy_init() else {
            throw TransferFailure(.unusable, "libcurl does not start: there is too little memory")
        }
        self.settings = settings
        sockets = SocketCount()
        self.handle = EasyHandle(handle, sockets: sockets)
    }

    public var wireBytes: WireBytes { sockets.total }

    public func exchange(_ request: StoreRequest) throws(TransferFailure) -> StoreAnswer {
        guard !settings.stop.isSet else { throw TransferFailure.stopped }
        let exchange = Exchange(request: request, settings: settings, sockets: sockets)
        let headers = HeaderList(headerLines(of: request))
        try withExtendedLifetime((exchange, headers)) { () throws(TransferFailure) in
            // Options are set anew for each request; connections, TLS sessions and names are kept by the handle.
            defer { exchange.detach(from: handle.pointer) }
            try configure(for: request, exchange: exchange, headers: headers)
            let code = clix_curl_perform(handle.pointer)
            guard code == CURLE_OK else { throw exchange.failure(code, address: settings.address) }
            exchange.status = responseCode()
        }
        return StoreAnswer(status: exchange.status, headers: exchange.headers.fields, body: exchange.body)
    }

    private func responseCode() -> Int {
        var status = 0
        _ = clix_curl_get_long(handle.pointer, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    private func configure(
        for request: StoreRequest, exchange: Exchange, headers: HeaderList
    ) throws(TransferFailure) {
        var options = CurlOptions(handle.pointer)
        options.setTrust(settings.trust)
        options.setConnection(settings)
        options.setRequest(request, url: settings.address.trimmingSlash + request.path, headers: headers)
        exchange.attach(to: handle.pointer)
        sockets.attach(to: handle.pointer)
        if let refused = options.refused {
            throw TransferFailure(.unusable, "libcurl refuses its option \(refused); is it older than 7.85?")
        }
    }

    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private static func check(_ address: String) throws(TransferFailure) {
        let visible = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard address.hasPrefix("https://"), visible, address.utf8.count > 8 else {
            throw TransferFailure(
                .unusable, "the store's address must begin with https:// and name a host; see url under [store]")
        }
    }

    private func headerLines(of request: StoreRequest) -> [String] {
        var lines = request.headers.map { "\($0.name): \($0.value)" }
        // Without this libcurl waits a second for a 100-continue before each large body.
        lines.append("Expect:")
        // "Accept: */*" says nothing.
        lines.append("Accept:")
        if request.body != nil, !request.headers.contains(where: { $0.name == "Content-Type" }) {
            lines.append("Content-Type: application/json")
        }
        if request.isAuthorized, let token = settings.token, case .authority = settings.trust {
            lines.append("Authorization: Bearer \(token)")
        }
        return lines
    }
}

/// Frees the easy handle, and with it its connections, at the end.
private final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// Closing the connections still reports to it.
    private let sockets: SocketCount

    init(_ pointer: UnsafeMutableRawPointer, sockets: SocketCount) {
        self.pointer = pointer
        self.sockets = sockets
    }

    deinit { curl_easy_cleanup(pointer) }
}

/// libcurl keeps pointers into this list until the transfer has ended.
final class HeaderList {
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines { first = curl_slist_append(first, line) ?? first }
    }

    deinit { curl_slist_free_all(first) }
}

extension String {
    fileprivate var trimmingSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
