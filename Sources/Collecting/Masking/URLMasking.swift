/// Masks what is secret in URLs: the user information, and parameters that speak of a secret.
enum URLMasking {
    static func apply(to text: [UInt8]) -> [UInt8] {
        let mark = Array("://".utf8)
        var masked: [UInt8] = []
        var rest = text[...]
        while let found = rest.firstRange(of: mark) {
            masked += rest[..<found.upperBound]
            let url = rest[found.upperBound...].prefix { !endsURL($0) }
            masked += withoutParameters(withoutUser(url))
            rest = rest[url.endIndex...]
        }
        return masked + rest
    }

    /// RFC 3986, 3.2: the authority ends at the first `/`, `?` or `#`, and its user information at the last `@`.
    private static func withoutUser(_ url: ArraySlice<UInt8>) -> [UInt8] {
        let authority = url.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return Array(url) }
        return Masking.mask + url[at...]
    }

    private static func withoutParameters(_ url: [UInt8]) -> [UInt8] {
        guard let question = url.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            return url
        }
        var masked = Array(url[...question])
        var rest = url[(question + 1)...]
        while !rest.isEmpty {
            let parameter = rest.prefix { $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: ";") }
            if let equals = parameter.firstIndex(of: UInt8(ascii: "=")), SecretWord.isIn(parameter[..<equals]) {
                masked += parameter[...equals] + Masking.mask
            } else {
                masked += parameter
            }
            masked += rest[parameter.endIndex...].prefix(1)
            rest = rest[parameter.endIndex...].dropFirst()
        }
        return masked
    }

    /// Blanks, controls, quotes and brackets do not stand in URLs.
    private static func endsURL(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7f || "\"'<>`".utf8.contains(byte)
    }
}

/// Whether a name of a parameter, an option or a variable speaks of a secret.
enum SecretWord {
    private static let words = [
        "password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "api-key", "access_key", "access-key",
    ].map { Array($0.utf8) }

    static func isIn(_ name: ArraySlice<UInt8>) -> Bool {
        let name = name.map(lowercased)
        return words.contains { name.contains($0) }
    }
}
