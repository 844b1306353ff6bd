import CCurl

extension TransferFailure {
    static let stopped = TransferFailure(.cancelled, "the transfer was stopped")

    /// libcurl's codes (libcurl-errors(3)), seen as what a school can do about them.
    init(libcurl code: CURLcode, reason: String, address: String) {
        switch code {
        case _ where TransferFailure.isOfProxy(reason):
            self.init(
                .unreachable,
                "the proxy does not lead to \(address) (\(reason)); it may want a name and password, or somebody to log in at "
                    + "its page; see proxy under [upload]; this is tried again by itself")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT,
            CURLE_OPERATION_TIMEDOUT, CURLE_INTERFACE_FAILED, CURLE_PROXY:
            self.init(.unreachable, "\(address) cannot be reached: \(reason)")
        case CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_CONNECT_ERROR where !TransferFailure.isCut(reason):
            self.init(
                .untrusted,
                "\(address) cannot prove that it is the store this server was enrolled at (\(reason)); "
                    + "the network's login page (a captive portal: log in there), or a proxy that intercepts TLS, answers "
                    + "in its place, or url under [store] is another server's; this is tried again by itself")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT,
            CURLE_BAD_FUNCTION_ARGUMENT, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER, CURLE_NOT_BUILT_IN:
            self.init(.unusable, "no request to \(address) can be made: \(reason)")
        default:
            self.init(.cut, "the connection to \(address) broke: \(reason)")
        }
    }

    /// Whether a failed TLS set-up is a broken link. libcurl has one code for that and for a peer who speaks no TLS or
    /// whose certificate has a false signature; only for the latter does its sentence carry an error of OpenSSL's
    /// (ERR_error_string(3SSL)), apart from the end of the connection, which OpenSSL 3 counts as one.
    private static func isCut(_ reason: String) -> Bool {
        !reason.contains("error:") || reason.contains("unexpected eof")
    }

    /// Whether a proxy that the configuration names has answered by itself; in words, as libcurl has no code for it.
    private static func isOfProxy(_ reason: String) -> Bool {
        reason.contains("CONNECT tunnel failed") || reason.contains("from proxy after CONNECT")
    }
}
