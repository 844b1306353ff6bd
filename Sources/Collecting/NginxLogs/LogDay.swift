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

    /// Both kinds of nginx log: an error line begins with `2018/08/16 18:22:01`; an access line, as the platform's formats
    /// have it, has `[16/Aug/2018:18:22:01 +0530]` behind host, address and user, and before the request in quotes.
    ///
    /// User and request are the client's to choose. A quote in them is written as `\x22` (ngx_http_log_module), so the first
    /// one on the line begins the request, and the last date before it is the server's own.
    init?(of line: UnsafeRawBufferPointer) {
        if let day = LogDay(errorLine: line) {
            self = day
            return
        }
        guard let base = line.baseAddress, let quote = memchr(base, 0x22, line.count) else { return nil }
        var rest = UnsafeRawBufferPointer(rebasing: line.prefix(UnsafeRawPointer(quote) - base))
        while let bracket = rest.lastIndex(of: 0x5b) {
            if let day = LogDay(accessTime: UnsafeRawBufferPointer(rebasing: rest[(bracket + 1)...])) {
                self = day
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[..<bracket])
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
            let month = LogDay.months.firstIndex(of: LogDay.packed(text[3], text[4], text[5]))
        else { return nil }
        self.init(year: year, month: month + 1, day: day)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ].map {
        let name = Array($0.utf8)
        return packed(name[0], name[1], name[2])
    }

    private static func packed(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
    }
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
