import Content
import LevelTree
import Testing
import Wire

@testable import StoreServer

@Suite("What a school pays when it has nothing new")
struct NothingNewTests {
    @Test("a hello that names every dataset's head costs less than 5 KB both ways, and 3.5 KB where zstd is taken")
    func hello() async throws {
        try await LiveStore.serving { store in
            let school = try await store.school()
            for (number, dataset) in Dataset.all.enumerated() {
                let name = if case .files(_, let names) = dataset.shape { names[0].description } else { "a.log" }
                let file = try OneFile(dataset.name, name: name)
                try await school.bring(file.chunks)
                let wish = try file.commit(UInt64(number + 1), dataset: dataset.name)
                _ = try await school.commit(wish).decoded(Receipt.self, status: 201)
            }
            for (fields, limit) in [("", 5000), ("Accept-Encoding: deflate, zstd\r\n", 3500)] {
                let request = """
                    GET /v1/hello HTTP/1.1\r\nHost: store.example.org:8443\r\nUser-Agent: clix-collectd/1.0.0\r
                    Accept: */*\r\n\(fields)Authorization: Bearer \(school.token.text)\r\nConnection: close\r\n\r\n
                    """
                let (up, down) = try await Self.bytes(of: request, to: store)
                #expect(up + down < limit, "up \(up), down \(down)")
            }
            let read = try await school.curl("GET", "/v1/hello", options: ["--compressed"])
            #expect(read.headers["content-encoding"] == "zstd")
            #expect(try read.decoded(Hello.self, status: 200).heads.count == Dataset.all.count)
            let plain = try await school.curl("GET", "/v1/hello", headers: ["Accept-Encoding: zstd;q=0"])
            #expect(plain.headers["content-encoding"] == nil)
        }
    }

    /// What passes the wire for one request on a new connection.
    private static func bytes(of request: String, to store: LiveStore) async throws -> (up: Int, down: Int) {
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[1])
            raw = socket.create_connection(("127.0.0.1", int(sys.argv[2])), 30)
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
            up = down = 0
            def turn(work):
                global up, down
                while True:
                    try: result = work()
                    except ssl.SSLWantReadError: result = None
                    data = outgoing.read()
                    up += len(data)
                    raw.sendall(data)
                    if result is not None: return result
                    data = raw.recv(65536)
                    down += len(data)
                    incoming.write(data) if data else incoming.write_eof()
            turn(lambda: tls.do_handshake() or True)
            turn(lambda: tls.write(sys.stdin.buffer.read()))
            answer = b""
            while True:
                try: piece = turn(lambda: tls.read(65536))
                except (ssl.SSLZeroReturnError, ssl.SSLEOFError): break
                if not piece: break
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
            print(up, down)
            """
        let authority = store.directory.tls + "/authority.pem"
        let port = String(store.port)
        let output = try await aside {
            let run = try Program.run(["python3", "-c", script, authority, port], input: request)
            guard run.status == 0 else { throw StoreServerError(.control, run.errors) }
            return run.output
        }
        let numbers = output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        return (try #require(numbers.first), try #require(numbers.last))
    }
}
