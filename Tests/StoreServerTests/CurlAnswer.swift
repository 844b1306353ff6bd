import Dispatch
import Foundation
import Wire

@testable import StoreServer

/// Runs blocking work on a thread of its own: the service under test shares the cooperative pool with the tests.
func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "aside").async { continuation.resume(with: Result(catching: work)) }
    }
}

/// What curl got.
struct CurlAnswer: Sendable, CustomStringConvertible {
    /// curl's own exit code: 0 for any HTTP answer, 60 for a certificate that it does not trust.
    let exit: Int32
    let status: Int
    /// Names in small letters.
    let headers: [String: String]
    let body: [UInt8]

    var problem: Problem? { try? WireCoding.decode(Problem.self, from: body) }
    var description: String {
        "curl \(exit), \(status) \(headers)\n\(String(decoding: body.prefix(2000), as: UTF8.self))"
    }

    func decoded<Value: Decodable>(_ type: Value.Type, status wanted: Int) throws -> Value {
        guard status == wanted else { throw StoreServerError(.control, "wanted \(wanted): \(self)") }
        return try WireCoding.decode(type, from: body)
    }

    static func ask(
        _ method: String, _ url: String, authority: String, headers: [String], body: [UInt8]?, options: [String]
    ) throws -> CurlAnswer {
        let folder = try TemporaryFolder()
        var arguments = ["curl", "--silent", "--show-error", "--http1.1", "--max-time", "60", "--noproxy", "*"]
        arguments += ["--cacert", authority, "-D", folder.path + "/head", "-o", folder.path + "/body"]
        arguments += method == "HEAD" ? ["--head"] : ["-X", method]
        for header in headers { arguments += ["-H", header] }
        if let body {
            try Data(body).write(to: URL(fileURLWithPath: folder.path + "/sent"))
            arguments += ["--data-binary", "@" + folder.path + "/sent"]
        }
        let run = try Program.run(arguments + options + [url])
        let lines = ((try? folder.read("head")) ?? "").split(whereSeparator: \.isNewline)
        // After a 100 the final head follows; the last one counts.
        let start = lines.lastIndex { $0.hasPrefix("HTTP/") } ?? 0
        let fields = lines.dropFirst(start + 1).compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (line[..<colon].lowercased(), value)
        }
        let status = lines.isEmpty ? 0 : Int(lines[start].split(separator: " ").dropFirst().first ?? "") ?? 0
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: folder.path + "/body"))) ?? Data()
        return CurlAnswer(
            exit: run.status, status: status, headers: Dictionary(fields) { $1 },
            body: method == "HEAD" ? [] : [UInt8](bytes))
    }
}

/// Bytes by hand over TLS: what no well-behaved client sends.
enum RawTLS {
    /// Sends, and reads until the server ends the connection.
    static func exchange(_ bytes: [UInt8], with store: LiveStore) async throws -> String {
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[1])
            with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[2])), 30), server_hostname="localhost") as s:
                s.settimeout(30)
                s.sendall(bytes.fromhex(sys.stdin.read()))
                while True:
                    try:
                        data = s.recv(65536)
                    except (ConnectionResetError, ssl.SSLEOFError):
                        break
                    if not data: break
                    sys.stdout.buffer.write(data)
            """
        let authority = store.directory.tls + "/authority.pem"
        let port = String(store.port)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return try await aside {
            let run = try Program.run(["python3", "-c", script, authority, port], input: hex)
            guard run.status == 0 else { throw StoreServerError(.control, run.errors) }
            return run.output
        }
    }
}
