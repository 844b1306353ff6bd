import Glibc

/// The date that a log line carries, as the year, month and day of its own clock; never converted to another zone.
struct LogDay: Hashable, Comparable, Sendable {
    /// `20180816`.
    let number: Int

    init(number: Int) { self.number = number }

    init?(year: Int, month: Int, day: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        number = (year * 100 + month) * 100 + day
    }

    static func < (left: LogDay, right: LogDay) -> Bool { left.number < right.number }

    /// How far into a line its date is looked for.
    private static let reach = 1024

    /// Both kinds of nginx log: an error line begins with `2018/08/16 18:22:01`; an access line has
    /// `[16/Aug/2018:18:22:01 +0530]` behind host, address and user, in whatever format it is.
    init?(of line: UnsafeRawBufferPointer) {
        let line = UnsafeRawBufferPointer(rebasing: line.prefix(LogDay.reach))
        if let day = LogDay(errorLine: line) {
            self = day
            return
        }
        guard let base = line.baseAddress else { return nil }
        var position = 0
        while position < line.count, let found = memchr(base + position, 0x5b, line.count - position) {
            let bracket = UnsafeRawPointer(found) - base
            if let day = LogDay(accessTime: UnsafeRawBufferPointer(rebasing: line[(bracket + 1)...])) {
                self = day
                return
            }
            position = bracket + 1
        }
        return nil
    }

    /// `2018/08/16 `.
    private init?(errorLine line: UnsafeRawBufferPointer) {
        guard line.count >= 11, line[4] == slash, line[7] == slash, line[10] == 0x20, let year = digits(line[0..<4]),
            let month = digits(line[5..<7]), let day = digits(line[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// `16/Aug/2018:`.
    private init?(accessTime text: UnsafeRawBufferPointer) {
        guard text.count >= 12, text[2] == slash, text[6] == slash, text[11] == 0x3a, let day = digits(text[0..<2]),
            let year = digits(text[7..<11]),
            let month = LogDay.months.firstIndex(where: { $0.elementsEqual(text[3..<6]) })
        else { return nil }
        self.init(year: year, month: month + 1, day: day)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ].map { Array($0.utf8) }
}

private let slash = UInt8(ascii: "/")

private func digits(_ text: Slice<UnsafeRawBufferPointer>) -> Int? {
    var number = 0
    for byte in text {
        guard (0x30...0x39).contains(byte) else { return nil }
        number = number * 10 + Int(byte - 0x30)
    }
    return number
}
