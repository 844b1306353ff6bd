/// What is said where the platform's own dump of the users is taken in the place of one of ours.
public enum SubstituteDump {
    private static let opening = "a dump of our own, as none could be made: "
    private static let between = "; the platform's own, "
    private static let closing = ", was taken"

    /// - Parameters:
    ///   - cause: why there is none of ours.
    ///   - day: of which it is: `of …`.
    static func reason(because cause: String, day: String) -> String { opening + cause + between + day + closing }

    /// `the platform's own, of …, was taken`, and why; nil if the reason speaks of something else.
    public static func told(by reason: String) -> (taken: String, cause: String)? {
        guard reason.hasPrefix(opening), reason.hasSuffix(closing),
            let cut = reason.ranges(of: between).last
        else { return nil }
        let cause = reason[reason.index(reason.startIndex, offsetBy: opening.count)..<cut.lowerBound]
        return (String(reason[cut.lowerBound...].dropFirst(2)), String(cause))
    }
}
