/// Masks what is secret in URLs: the user information, and parameters that speak of a secret.
enum URLMasking {
    static func apply(to text: [UInt8]) -> [UInt8] {
        let mark = Array("://".utf8)
        var masked: [UInt8] = []
        var rest = text[...]
        while let found = rest.firstRange(of: mark) {
            masked += rest[..<found.upperBound]
            let url = extent(of: rest[found.upperBound...], openedBy: quote(before: found.lowerBound, in: text))
            masked += withoutParameters(withoutUser(url))
            rest = rest[url.endIndex...]
        }
        return masked + rest
    }

    // MARK: Where it ends

    /// The quote that a URL stands in, if its scheme begins behind one.
    private static func quote(before colon: Int, in text: [UInt8]) -> UInt8? {
        let scheme = text[..<colon].reversed().prefix(while: isOfScheme)
        let before = colon - scheme.count - 1
        return before >= 0 && QuotedText.isQuote(text[before]) ? text[before] : nil
    }

    /// Up to a blank, a bracket, the closing quote, or the next URL. Any other quote may be part of a password.
    private static func extent(of rest: ArraySlice<UInt8>, openedBy quote: UInt8?) -> ArraySlice<UInt8> {
        var isEscaped = false
        let url = rest.prefix { byte in
            defer { isEscaped = byte == UInt8(ascii: "\\") && !isEscaped }
            return !endsURL(byte) && (byte != quote || isEscaped)
        }
        guard let next = url.firstRange(of: Array("://".utf8)) else { return url }
        let scheme = url[..<next.lowerBound].reversed().prefix(while: isOfScheme)
        return url[..<(next.lowerBound - scheme.count)]
    }

    private static func endsURL(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7f || "<>`".utf8.contains(byte)
    }

    /// RFC 3986, 3.1.
    private static func isOfScheme(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "+-.".utf8.contains(byte) }

    // MARK: What is masked

    private static func withoutUser(_ url: ArraySlice<UInt8>) -> [UInt8] {
        guard let at = endOfUser(url) else { return Array(url) }
        return Masking.mask + url[at...]
    }

    /// RFC 3986, 3.2: the authority ends at the first `/`, `?` or `#`, and its user information at the last `@`. But
    /// people write passwords with such bytes in them unquoted, so where that does not leave what looks like a host, the
    /// last `@` of all counts.
    private static func endOfUser(_ url: ArraySlice<UInt8>) -> Int? {
        let authority = url.prefix { !endsAuthority($0) }
        let last = url.lastIndex(of: UInt8(ascii: "@"))
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else {
            // `host:8080/a@b` has a port and no password.
            guard let colon = authority.firstIndex(of: UInt8(ascii: ":")), authority.first != UInt8(ascii: "["),
                !authority[(colon + 1)...].allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            return last
        }
        let hasPassword = authority[..<at].contains(UInt8(ascii: ":"))
        return hasPassword && !isSurelyHost(authority[(at + 1)...]) ? last : at
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    private static func isSurelyHost(_ name: ArraySlice<UInt8>) -> Bool {
        name.elementsEqual("localhost".utf8)
            || (name.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
                && name.allSatisfy { isLetterOrDigit($0) || ".-_:[]".utf8.contains($0) })
    }

    private static func withoutParameters(_ url: [UInt8]) -> [UInt8] {
        guard let question = url.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            return url
        }
        var masked = Array(url[...question])
        var rest = url[(question + 1)...]
        while !rest.isEmpty {
            let parameter = rest.prefix { !"&;'\"".utf8.contains($0) }
            if let equals = parameter.firstIndex(of: UInt8(ascii: "=")), SecretName.speaks(parameter[..<equals]) {
                masked += parameter[...equals] + Masking.mask
            } else {
                masked += parameter
            }
            masked += rest[parameter.endIndex...].prefix(1)
            rest = rest[parameter.endIndex...].dropFirst()
        }
        return masked
    }
}
