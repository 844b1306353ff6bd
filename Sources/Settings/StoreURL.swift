/// The store's address: `https://store.example.org:8443`. HTTPS only, and no path: the routes are the program's own.
public struct StoreURL: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at its end.
    public let text: String

    /// Why a text is not the address of a store.
    public struct Problem: Error, CustomStringConvertible, Sendable {
        public let description: String
    }

    public init(_ text: String) throws(Problem) {
        // First of all: no message may repeat a password.
        guard !text.contains("@") else {
            throw Problem(
                description: "the store's address must hold no user name or password; "
                    + "a school proves itself by its token")
        }
        var rest = text[...]
        guard rest.lowercased().hasPrefix("https://") else {
            throw Problem(
                description: "\"\(text)\" must begin with https://; data of pupils never travels unencrypted")
        }
        rest = rest.dropFirst("https://".count)
        while rest.last == "/" { rest.removeLast() }
        guard !rest.contains(where: { $0 == "/" || $0 == "?" || $0 == "#" }) else {
            throw Problem(description: "\"\(text)\" must end after the host and port")
        }
        guard Self.isHostAndPort(rest) else {
            throw Problem(
                description: "\"\(text)\" names no host; an address looks like https://store.example.org:8443")
        }
        self.text = "https://" + rest
    }

    public var description: String { text }

    private static func isHostAndPort(_ text: Substring) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"")
        }
        guard isPlain, !text.isEmpty, text.first != ":" else { return false }
        // Without a port, one is added for the check only.
        let hasPort = text.hasPrefix("[") ? !text.hasSuffix("]") : text.contains(":")
        return ListenAddress(hasPort ? String(text) : text + ":443") != nil
    }
}
