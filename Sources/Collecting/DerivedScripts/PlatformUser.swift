import LevelTree

/// The name of a user of the platform, as Django 1.6 lets them be: letters, digits and `@.+-_`. It becomes an argument and
/// a part of a file's name, so it is nothing that looks like an option or a path.
public struct PlatformUser: Sendable, Hashable, CustomStringConvertible {
    public let name: String

    /// Why a text is no user's name.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    public init(_ name: String) throws(Problem) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "."), UInt8(ascii: "+"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, !name.isEmpty, name.utf8.first != UInt8(ascii: "-"), name.utf8.count <= PlatformUser.longest
        else {
            throw Problem(
                description:
                    "\"\(escapedText(name.utf8.prefix(100)))\" is no user of the platform: a name has letters, "
                    + "digits and @.+-_, at most \(PlatformUser.longest) of them, and does not begin with a hyphen, as "
                    + "green-apple-mz17")
        }
        self.name = name
    }

    private static let longest = 30

    public var description: String { name }
}
