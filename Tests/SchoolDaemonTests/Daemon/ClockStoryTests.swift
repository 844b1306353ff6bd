import Collecting
import Testing

@testable import SchoolDaemon

private let start: Int64 = 1_800_000_000

@Suite("What is told of the clock")
struct ClockStoryTests {
    private var story = ClockStory(.made(bootSeconds: 0, seconds: start))

    /// - Parameter offset: how far the wall clock was moved since the start, in seconds.
    private mutating func told(at bootSeconds: Int64, offset: Int64, isTrusted: Bool = true) -> String? {
        story.changed(
            .made(bootSeconds: Double(bootSeconds), seconds: start + bootSeconds + offset, isTrusted: isTrusted),
            in: .india)
    }

    @Test("is nothing where a time service moves it by moments, or where the machine slept")
    mutating func moments() {
        for minute in 1..<60 { #expect(told(at: Int64(minute) * 60, offset: minute.isMultiple(of: 2) ? 3 : -3) == nil) }
        #expect(told(at: 40_000, offset: 0) == nil)
    }

    @Test("is one line when it is set, with how far and which way")
    mutating func set() {
        #expect(told(at: 60, offset: 3600)?.hasPrefix("the clock was set forward by 1 h") == true)
        #expect(told(at: 700, offset: 3600) == nil)
        #expect(told(at: 1400, offset: 0)?.hasPrefix("the clock was set back by 1 h") == true)
    }

    @Test("is not the same again and again where it is set to and fro")
    mutating func toAndFro() {
        let lines = (1...60).compactMap { told(at: $0 * 10, offset: $0.isMultiple(of: 2) ? 0 : 3600) }
        #expect(lines.count == 1)
    }

    @Test("is told at once when it is not believed any more, or believed again")
    mutating func trust() {
        #expect(told(at: 60, offset: -700_000_000, isTrusted: false)?.hasSuffix(", which is not believed") == true)
        #expect(told(at: 61, offset: 0)?.hasPrefix("the clock was set forward") == true)
    }
}
