import Collecting
import LevelTree
import Testing
import Wire

@testable import SchoolDaemon

extension SchoolRequest {
    static func madeUpEnrolment() throws -> SchoolRequest {
        // A code of zeros, with the checksum that belongs to it.
        let code = try EnrolmentCode(parsing: "CLIX1-\(String(repeating: "0", count: 77))5XGERFRE")
        return .enroll(code, store: "https://127.0.0.1:1", configuration: "/etc/made-up.toml")
    }
}

@Suite("A request to the daemon")
struct SocketMessageTests {
    private func parsed(_ text: String) throws -> SchoolRequest { try SocketMessage.parse(Array(text.utf8)).request }

    private func sentence(of text: String) -> String? {
        do throws(SocketMessage.Problem) {
            _ = try SocketMessage.parse(Array(text.utf8))
            return nil
        } catch {
            return error.sentence
        }
    }

    @Test("arrives as it was made, on one line")
    func roundTrip() throws {
        let user = try PlatformUser("green-apple-mz17")
        let requests: [SchoolRequest] = [
            .collect(nil), .collect([.of("media"), .of("heartbeat")]), .upload(nil), .upload([.of("db")]),
            .runScript(.progress, user: nil), .runScript(.activityTimestamps, user: user), try .madeUpEnrolment(),
        ]
        for request in requests {
            for isVerbose in [true, false] {
                let line = try SocketMessage.line(SocketMessage.request(request, isVerbose: isVerbose))
                #expect(line.last == 0x0A)
                #expect(!line.dropLast().contains(0x0A))
                #expect(line.count < SocketMessage.requestLimit)
                let parsed = try SocketMessage.parse(line.dropLast())
                #expect(parsed.request == request)
                #expect(parsed.isVerbose == isVerbose)
            }
        }
        let all = try SocketMessage.line(SocketMessage.request(.collect(Dataset.all), isVerbose: true))
        #expect(all.count < SocketMessage.requestLimit)
    }

    @Test("of another version, or for something unknown, is answered by what to do")
    func otherVersion() throws {
        #expect(try parsed(#"{"version":1,"ask":"collect","verbose":false}"#) == .collect(nil))
        for text in [
            #"{"version":2,"ask":"collect","verbose":false}"#, #"{"version":2,"question":"collect"}"#,
            #"{"version":1,"ask":"dance","verbose":false}"#, #"{"version":1,"ask":"collect"}"#,
            #"{"version":1,"ask":"collect","verbose":false,"datasets":["media","made-up"]}"#,
            #"{"version":1,"ask":"run-script","verbose":false,"script":"made-up"}"#,
            #"{"version":1,"ask":"run-script","verbose":false,"script":"progress","user":"green-apple"}"#,
            #"{"version":1,"ask":"run-script","verbose":false,"script":"activity-timestamps","user":"a;b"}"#,
        ] {
            #expect(sentence(of: text)?.contains("systemctl restart clix-collectd") == true, "\(text)")
        }
    }

    @Test(
        "that is none is refused", arguments: ["", "\u{0}\u{0}", "GET / HTTP/1.1", "{}", "[]", "null", "{\"version\":"])
    func noRequest(_ text: String) {
        #expect(sentence(of: text) == "the service was asked for something, but not by a clix-collectd")
    }

    @Test("shows its code to nobody: not in the words of the journal, nor where it is refused")
    func code() throws {
        let request = try SchoolRequest.madeUpEnrolment()
        #expect(request.words == "enroll")
        #expect(!"\(request)".contains("CLIX1"))
        let slip = #"{"version":1,"ask":"enroll","verbose":false,"code":"CLIX1-AAAAA"}"#
        #expect(sentence(of: slip)?.contains("AAAAA") == false)
        #expect(
            SchoolRequest.runScript(.activityTimestamps, user: try PlatformUser("a-mz17")).words
                == "run-script activity-timestamps --user a-mz17")
    }
}
