import Testing
import Uploading

@testable import SchoolDaemon

@Suite("What is told of the link")
struct LinkStoryTests {
    private var story = LinkStory()

    @Test("is that it is down, once, whatever each try ran into, and again after an upload got through")
    mutating func offline() {
        let told = (0..<50).compactMap { story.ended(UploadError(.offline, "no answer after \($0) ms")) }
        #expect(told.map(\.1) == ["no answer after 0 ms"])
        #expect(told.first?.0 == .offline)
        #expect(story.ended(nil)?.0 == .throughAgain)
        #expect(story.ended(nil) == nil)
        #expect(story.standing == nil)
        #expect(story.ended(UploadError(.offline, "no answer")) != nil)
    }

    @Test("is no line for each turn, where a link that is down and a page that asks to log in take turns")
    mutating func turns() {
        let told = (0..<20).compactMap {
            story.ended(UploadError($0.isMultiple(of: 2) ? .offline : .untrusted, "no \($0)"))
        }
        #expect(told.map(\.0) == [.offline, .uploadFailed])
    }

    @Test("has its end told once: by the first dataset that comes through, or for itself where there was none to send")
    mutating func end() {
        var told = [story.committed()]
        _ = story.ended(UploadError(.offline, "no"))
        told += [story.committed(), story.committed()]
        #expect(told == [false, true, false])
        // Cut off again, which is no news, and through.
        #expect(story.ended(UploadError(.offline, "no")) == nil)
        #expect(story.ended(nil) == nil)
        // What settings hold back is none.
        _ = story.ended(UploadError(.outsideWindows, "uploads wait"))
        let isOver = story.committed()
        #expect(!isOver)
        #expect(story.ended(nil) == nil)
    }

    @Test("says of each kind what it is")
    mutating func kinds() {
        let kinds: [(UploadError.Code, JournalMessage)] = [
            (.busy, .uploadWaits), (.storeFull, .uploadWaits), (.stagingFull, .uploadWaits),
            (.notEnrolled, .uploadRefused), (.otherIdentity, .uploadRefused), (.unconfigured, .uploadRefused),
            (.staging, .uploadFailed), (.unexpectedAnswer, .uploadFailed),
        ]
        for (code, message) in kinds { #expect(story.ended(UploadError(code, "x"))?.0 == message, "\(code)") }
    }
}
