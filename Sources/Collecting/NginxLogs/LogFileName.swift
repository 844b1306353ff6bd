/// What the name of a file among a web server's logs says: which log it belongs to, and how far rotation has moved it.
struct LogFileName: Hashable, Sendable {
    let bytes: [UInt8]
    let log: LogName
    let age: Age
    let isCompressed: Bool

    /// How old the content is among the files of one log; the oldest is the least.
    enum Age: Hashable, Comparable, Sendable {
        /// `access.log.old`: moved away when the platform was installed (gstudio-docker, scripts/initialize.sh).
        case old
        /// `access.log-20180816`, as logrotate's `dateext` names it; seconds since 1970 are ten digits.
        case dated(Int)
        /// `access.log.2`: the higher the number, the older.
        case numbered(Int)
        /// `access.log`.
        case current

        static func < (left: Age, right: Age) -> Bool { left.key < right.key }

        private var key: (Int, Int) {
            switch self {
            case .old: (0, 0)
            case .dated(let date): (1, date)
            case .numbered(let number): (2, -number)
            case .current: (3, 0)
            }
        }
    }

    /// Whether nothing is written into such a file any more. nginx may go on writing into `.1`: the platform's logrotate
    /// signals it before the rename and not after (gstudio-docker, confs/nginx).
    var isFinal: Bool {
        switch age {
        case .old, .dated: true
        case .numbered(let number): isCompressed || number > 1
        case .current: isCompressed
        }
    }

    /// Nil if this is not the name of a log in any of its stages.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self.bytes = bytes
        let isCompressed = text.hasSuffix(".gz")
        let name = isCompressed ? text.dropLast(3) : text[...]
        if let log = LogFileName.log(of: name, withoutSuffix: ".log") {
            (self.log, age, self.isCompressed) = (log, .current, isCompressed)
            return
        }
        guard let separator = name.lastIndex(where: { $0 == "." || $0 == "-" }),
            let log = LogFileName.log(of: name[..<separator], withoutSuffix: ".log"),
            let age = LogFileName.age(name[separator...])
        else { return nil }
        (self.log, self.age, self.isCompressed) = (log, age, isCompressed)
    }

    private static func log(of name: Substring, withoutSuffix suffix: String) -> LogName? {
        // `-20180816` comes into the names of its days' files, of which none may be longer than 255 bytes.
        guard name.hasSuffix(suffix), name.count > suffix.count, name.utf8.count + 9 <= 255 else { return nil }
        return LogName(name.utf8.dropLast(suffix.utf8.count))
    }

    private static func age(_ suffix: Substring) -> Age? {
        if suffix == ".old" { return .old }
        let digits = suffix.dropFirst()
        guard digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(digits) else { return nil }
        if suffix.first == "." { return digits.count <= 6 ? .numbered(number) : nil }
        return (8...10).contains(digits.count) ? .dated(number) : nil
    }
}
