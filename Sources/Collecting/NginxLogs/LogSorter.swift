import Glibc

/// Sorts the lines of one log by their dates, in runs of lines that belong to the same day.
///
/// A line without a date belongs to the day of the line before it: nginx writes some messages over several lines, and a
/// power cut leaves pieces. So does one whose date cannot be: a dead battery sets the server's clock back by years.
struct LogSorter {
    /// Of the last line; of lines that come before any date.
    private(set) var day: LogDay
    private let believed: ClosedRange<LogDay>
    /// Whether the last bytes were the beginning of a line.
    private var isInsideLine = false

    /// - Parameters:
    ///   - day: of lines that come before any date.
    ///   - believed: the days that a line may be of.
    init(day: LogDay, believed: ClosedRange<LogDay>) { (self.day, self.believed) = (day, believed) }

    /// - Parameters:
    ///   - bytes: whole lines, or a piece of a line that is longer than the reader's buffer.
    ///   - emit: called with each run of lines of one day; the bytes are valid during the call only.
    mutating func take<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, emit: (LogDay, UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard let base = bytes.baseAddress else { return }
        var runStart = 0
        var position = 0
        while position < bytes.count {
            let newline = memchr(base + position, 0x0a, bytes.count - position)
            let end = newline.map { UnsafeRawPointer($0) - base + 1 } ?? bytes.count
            let line = UnsafeRawBufferPointer(start: base + position, count: end - position)
            if !isInsideLine, let own = LogDay(of: line), own != day, believed.contains(own) {
                if position > runStart { try emit(day, UnsafeRawBufferPointer(rebasing: bytes[runStart..<position])) }
                runStart = position
                day = own
            }
            isInsideLine = newline == nil
            position = end
        }
        if position > runStart { try emit(day, UnsafeRawBufferPointer(rebasing: bytes[runStart..<position])) }
    }
}
