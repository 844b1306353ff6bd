import CLinux
import Foundation
import Glibc
import LevelTree
import Staging
import Synchronization
import Terminal
import Testing

@testable import SchoolDaemon

/// Keeps what it is told.
final class Listener: Audience {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    private func keep(_ line: String) { kept.withLock { $0.append(line) } }
    func begin(_ title: String) { keep("begin \(title)") }
    func update(_ done: ProgressAmount, total: ProgressAmount?) {
        keep("update \(done.files) \(done.bytes) of \(total.map { "\($0.files) \($0.bytes)" } ?? "unknown")")
    }
    func end(_ sentence: String?) { keep("end \(sentence ?? "")") }
    func say(_ sentence: String) { keep("say \(sentence)") }
    func detail(_ sentence: String) { keep("detail \(sentence)") }
    func warn(_ sentence: String) { keep("warn \(sentence)") }
    func result(_ line: String) { keep("result \(line)") }
}

/// A program that speaks, or does not, to the socket as it likes.
private struct Stranger: ~Copyable {
    let descriptor: Int32

    init(_ files: InstallationFiles) throws {
        let descriptor = clinux_unix_socket()
        let isConnected = DaemonAddress(files)?.connect(descriptor)
        try #require(isConnected == true)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func write(_ text: String) { _ = text.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) } }

    /// Everything that comes until the other end hangs up.
    func answer() -> String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = recv(descriptor, &piece, piece.count, 0), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite("The daemon's socket", .timeLimit(.minutes(2)))
struct DaemonSocketTests {
    private static let collect = #"{"version":1,"ask":"collect","verbose":false}"# + "\n"
    private let made: MadeSchool
    private let files: InstallationFiles

    init() throws {
        made = try MadeSchool()
        // Deeper than the name of a socket can be long.
        let directory = "\(made.root)/" + String(repeating: "a-deep-folder/", count: 10) + "staging"
        files = InstallationFiles(stagingDirectory: directory)
        try made.folder(String(directory.dropFirst(made.root.count + 1)))
        try files.makeDirectory()
    }

    /// A socket whose daemon answers each request at once.
    private func socket(
        patience: Double = 60, _ answer: @escaping @Sendable (Call) -> Void = { $0.caller.finish(.ok) }
    ) throws -> DaemonSocket {
        try DaemonSocket(in: files, patience: patience) { if case .asked(let call) = $0 { answer(call) } }
    }

    private func ask(
        _ request: SchoolRequest, isVerbose: Bool = false, _ audience: Listener = Listener()
    ) throws -> Terminal.ExitStatus? {
        guard let call = try DaemonCall.begin(files) else { return nil }
        return try call.ask(request, isVerbose: isVerbose, telling: audience)
    }

    @Test("is for its own user alone, takes the place of a dead daemon's, and goes with its own")
    func file() throws {
        let path = files.directory + "/daemon.sock"
        try #require(path.utf8.count > 108)
        #expect(try ask(.collect(nil)) == nil)
        // As a power cut leaves it.
        let dead = clinux_unix_socket()
        let isBound = DaemonAddress(files)?.bind(dead)
        try #require(isBound == true)
        close(dead)
        #expect(try ask(.collect(nil)) == nil)

        let socket = try socket()
        var facts = stat()
        #expect(lstat(path, &facts) == 0)
        #expect(facts.st_mode & (S_IFMT | 0o777) == S_IFSOCK | 0o600)
        #expect(try ask(.collect(nil)) == .ok)
        socket.close()
        #expect(lstat(path, &facts) != 0)
        #expect(try ask(.collect(nil)) == nil)
    }

    @Test("brings the request, and back everything that is told, in order, and how it ends")
    func conversation() throws {
        let socket = try socket { call in
            let told = call.caller
            #expect(told.user == Int64(geteuid()))
            told.say("\(call.request.words) begins")
            told.begin("collecting media")
            told.update(ProgressAmount(files: 1, bytes: 2), total: ProgressAmount(files: 3, bytes: 4))
            told.end("read")
            told.detail("one link left out")
            told.warn("media: partial")
            told.result("a line")
            told.finish(.partial)
            told.say("too late")
        }
        defer { socket.close() }
        let lines = [
            "say collect media begins", "begin collecting media", "update 1 2 of 3 4", "end read",
            "detail one link left out", "warn media: partial", "result a line", "end ",
        ]
        let (verbose, brief) = (Listener(), Listener())
        #expect(try ask(.collect([.of("media")]), isVerbose: true, verbose) == .partial)
        #expect(verbose.lines == lines)
        #expect(try ask(.collect([.of("media")]), brief) == .partial)
        #expect(brief.lines == lines.filter { !$0.hasPrefix("detail") })
    }

    @Test(
        "answers what is no request with a sentence, and goes on",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "not by a clix-collectd"),
            (#"{"version":7,"ask":"collect"}"# + "\n", "systemctl restart clix-collectd"),
            (String(repeating: "x", count: SocketMessage.requestLimit + 1), "a request of more than 16384 bytes"),
        ])
    func hostile(_ text: String, _ sentence: String) throws {
        let socket = try socket()
        defer { socket.close() }
        let stranger = try Stranger(files)
        stranger.write(text)
        let answer = stranger.answer()
        #expect(answer.contains(sentence))
        #expect(
            answer.hasSuffix(#"{"end":{"status":75}}"# + "\n") || answer.hasSuffix(#"{"end":{"status":64}}"# + "\n"))
        #expect(try ask(.upload(nil)) == .ok)
    }

    @Test("lets a request that ends in the middle go, and one that does not come")
    func half() throws {
        let heard = Mutex(0)
        let socket = try socket(patience: 0) { call in
            heard.withLock { $0 += 1 }
            call.caller.finish(.ok)
        }
        defer { socket.close() }
        do {
            let stranger = try Stranger(files)
            stranger.write(String(Self.collect.prefix(20)))
            shutdown(stranger.descriptor, Int32(SHUT_WR))
            _ = stranger.answer()
        }
        let silent = try Stranger(files)
        #expect(silent.answer().contains("the service was asked for nothing within 0 seconds"))
        #expect(heard.withLock { $0 } == 0)
    }

    @Test("hears eight at once; the next is told so, and nobody waits for another")
    func many() throws {
        let socket = try socket()
        defer { socket.close() }
        let strangers = try (0..<DaemonSocket.callerLimit).map { _ in
            let stranger = try Stranger(files)
            return dup(stranger.descriptor)
        }
        let listener = Listener()
        #expect(try ask(.collect(nil), listener) == .notNow)
        #expect(listener.lines.first?.contains("has 8 requests already") == true)
        strangers.forEach { close($0) }
        // Where they were is free as soon as it has seen that they left.
        var status = try ask(.collect(nil))
        while status == .notNow { status = try ask(.collect(nil)) }
        #expect(status == .ok)
    }

    @Test("tells the daemon when nobody waits any more, or goes on talking")
    func left() async throws {
        let (events, teller) = AsyncStream<Bool>.makeStream()
        let socket = try DaemonSocket(in: files, patience: 60) { event in
            if case .asked = event { teller.yield(true) } else { teller.yield(false) }
        }
        defer { socket.close() }
        var iterator = events.makeAsyncIterator()
        for last in ["", Self.collect] {
            do {
                let stranger = try Stranger(files)
                stranger.write(Self.collect)
                #expect(await iterator.next() == true)
                if !last.isEmpty {
                    stranger.write(last)
                    #expect(stranger.answer().isEmpty)
                }
            }
            #expect(await iterator.next() == false)
        }
    }

    @Test("never waits for a reader: what is not read is bounded, and the end comes all the same")
    func slowReader() throws {
        let told = DispatchSemaphore(value: 0)
        let socket = try socket { call in
            let line = String(repeating: "x", count: 1000)
            for _ in 0..<20_000 { call.caller.say(line) }
            call.caller.finish(.partial)
            told.signal()
        }
        defer { socket.close() }
        let stranger = try Stranger(files)
        stranger.write(Self.collect)
        told.wait()
        let lines = stranger.answer().split(separator: "\n")
        #expect(lines.last == #"{"end":{"status":1}}"#)
        #expect(lines.suffix(2).first?.contains("lines came too fast to be shown") == true)
        #expect(lines.count < 3000)
    }

    @Test("that is gone before the answer is told as that")
    func gone() throws {
        let socket = try socket { call in call.caller.hangUp() }
        defer { socket.close() }
        let problem = #expect(throws: DaemonProblem.self) { try ask(.upload(nil)) }
        #expect(problem?.description.contains("the service ended before this was done") == true)
        #expect(problem?.exitStatus == .notNow)
    }

    @Test("that can take no connection waits a while, says so once, and takes who waits as soon as it can")
    func noDescriptorsLeft() throws {
        let tries = Mutex(0)
        let said = Mutex<[String]>([])
        let start = ContinuousClock.now
        let socket = try DaemonSocket(
            in: files, rest: 0.1,
            accept: { listener in
                tries.withLock { $0 += 1 }
                guard ContinuousClock.now - start < .seconds(1) else { return Glibc.accept(listener, nil, nil) }
                errno = EMFILE
                return -1
            }
        ) { event in
            switch event {
            case .asked(let call): call.caller.finish(.ok)
            case .deaf(let sentence): said.withLock { $0.append(sentence) }
            case .left: break
            }
        }
        defer { socket.close() }
        #expect(try ask(.collect(nil)) == .ok)
        #expect(said.withLock { $0 }.count == 1)
        #expect(said.withLock { $0 }.first?.hasSuffix("no connection can be taken: Too many open files") == true)
        #expect(tries.withLock { $0 } < 20)
    }

    @Test("may be closed while it waits to take a connection")
    func closedWhileItWaits() throws {
        let heard = DispatchSemaphore(value: 0)
        do {
            let socket = try DaemonSocket(
                in: files, rest: 0.05,
                accept: { _ in
                    errno = EMFILE
                    return -1
                }
            ) { if case .deaf = $0 { heard.signal() } }
            let stranger = try Stranger(files)
            heard.wait()
            socket.close()
            stranger.write("too late")
        }
        #expect(try ask(.collect(nil)) == nil)
    }
}
