import CCurl

/// Sets the options of one request and remembers the first that libcurl refused.
struct CurlOptions {
    private let handle: UnsafeMutableRawPointer
    private(set) var refused: String?

    init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }

    mutating func setTrust(_ trust: SessionSettings.Trust) {
        set(CURLOPT_SSLVERSION, "SSLVERSION", Int(CURL_SSLVERSION_TLSv1_2))
        // Debian's libcurl has the system's authorities compiled in as defaults; only the pinned one counts.
        set(CURLOPT_CAINFO, "CAINFO", text: nil)
        set(CURLOPT_CAPATH, "CAPATH", text: nil)
        switch trust {
        case .authority(let pem):
            set(CURLOPT_SSL_VERIFYPEER, "SSL_VERIFYPEER", 1)
            set(CURLOPT_SSL_VERIFYHOST, "SSL_VERIFYHOST", 2)
            note("CAINFO_BLOB", clix_curl_set_blob(handle, CURLOPT_CAINFO_BLOB, pem, pem.count))
        case .unverified:
            set(CURLOPT_SSL_VERIFYPEER, "SSL_VERIFYPEER", 0)
            set(CURLOPT_SSL_VERIFYHOST, "SSL_VERIFYHOST", 0)
        }
        // A few modern suites instead of OpenSSL's long list: the first message of a handshake is paid for by every
        // run that has nothing to send.
        set(CURLOPT_SSL_CIPHER_LIST, "SSL_CIPHER_LIST", text: "ECDHE+AESGCM:ECDHE+CHACHA20")
        set(CURLOPT_SSL_EC_CURVES, "SSL_EC_CURVES", text: "X25519:P-256")
        set(CURLOPT_SSL_ENABLE_ALPN, "SSL_ENABLE_ALPN", 0)
    }

    mutating func setConnection(_ settings: SessionSettings) {
        set(CURLOPT_NOSIGNAL, "NOSIGNAL", 1)
        set(CURLOPT_PROTOCOLS_STR, "PROTOCOLS_STR", text: "https")
        set(CURLOPT_HTTP_VERSION, "HTTP_VERSION", CURL_HTTP_VERSION_1_1)
        set(CURLOPT_FOLLOWLOCATION, "FOLLOWLOCATION", 0)
        set(CURLOPT_CONNECTTIMEOUT, "CONNECTTIMEOUT", settings.connectTimeout)
        set(CURLOPT_TCP_KEEPALIVE, "TCP_KEEPALIVE", 1)
        if let proxy = settings.proxy { set(CURLOPT_PROXY, "PROXY", text: proxy) }
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, "SUPPRESS_CONNECT_HEADERS", 1)
    }

    mutating func setRequest(_ request: StoreRequest, url: String, headers: HeaderList) {
        set(CURLOPT_URL, "URL", text: url)
        note("HTTPHEADER", clix_curl_set_headers(handle, headers.first))
        switch request.method {
        case .get: set(CURLOPT_HTTPGET, "HTTPGET", 1)
        case .head: set(CURLOPT_NOBODY, "NOBODY", 1)
        case .post, .patch:
            set(CURLOPT_UPLOAD, "UPLOAD", 1)
            set(CURLOPT_CUSTOMREQUEST, "CUSTOMREQUEST", text: request.method.rawValue)
            let length = (request.body?.count ?? 0) - request.bodyOffset
            note("INFILESIZE", clix_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, Int64(max(length, 0))))
        }
    }

    private mutating func set(_ option: CURLoption, _ name: String, _ value: Int) {
        note(name, clix_curl_set_long(handle, option, value))
    }

    private mutating func set(_ option: CURLoption, _ name: String, text: String?) {
        note(name, clix_curl_set_string(handle, option, text))
    }

    private mutating func note(_ name: String, _ code: CURLcode) {
        if code != CURLE_OK, refused == nil { refused = name }
    }
}
