/// A LEVEL 0 year: the year in which data was collected, in the school's time zone.
public struct Year: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 1970 to 9999: four digits, because the folder's name has four.
    public let number: Int

    public init(_ number: Int) throws(IdentityProblem) {
        guard (1970...9999).contains(number) else {
            throw IdentityProblem(.year, "\(number) is not a year of the tree; it must have four digits, from 1970 on")
        }
        self.number = number
    }

    public static func < (left: Year, right: Year) -> Bool { left.number < right.number }

    public var description: String { String(number) }
}

extension Year: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(Int.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
