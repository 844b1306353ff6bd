import Foundation

@testable import StoreServer

/// Connections that were begun and are not brought to an end: what a slow link, or somebody who means harm, leaves
/// behind.
final class HeldConnections: Sendable {
    private let process: Process
    private let input: FileHandle

    /// Sends these bytes, each over a connection of its own, and holds the connections open while `body` runs. Then
    /// they break without a farewell.
    static func holding<Result>(
        _ requests: [[UInt8]], at store: LiveStore, _ body: () async throws -> Result
    ) async throws -> Result {
        let held = try await HeldConnections(requests, store)
        let result: Result
        do {
            result = try await body()
        } catch {
            try? await held.letGo()
            throw error
        }
        try await held.letGo()
        return result
    }

    private static let script = """
        import socket, ssl, sys
        context = ssl.create_default_context(cafile=sys.argv[1])
        held = []
        for line in sys.stdin:
            if line == "held\\n": break
            raw = socket.create_connection(("127.0.0.1", int(sys.argv[2])), 30)
            held.append(context.wrap_socket(raw, server_hostname="localhost"))
            held[-1].sendall(bytes.fromhex(line))
        print("held", flush=True)
        sys.stdin.read()
        """

    private init(_ requests: [[UInt8]], _ store: LiveStore) async throws {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, store.directory.tls + "/authority.pem", String(store.port)]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.process = process
        self.input = input.fileHandleForWriting
        let lines = requests.map { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() } + ["held"]
        let (writing, reading) = (input.fileHandleForWriting, output.fileHandleForReading)
        let said = try await aside {
            try writing.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
            return Self.line(from: reading)
        }
        guard said == Array("held\n".utf8) else {
            try writing.close()
            throw StoreServerError(.control, "the connections were not made")
        }
    }

    /// By read(2) itself: `availableData` comes back empty now and then while other programs are started and end.
    private static func line(from file: FileHandle) -> [UInt8] {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.last != UInt8(ascii: "\n"), read(file.fileDescriptor, &byte, 1) == 1 { line.append(byte) }
        return line
    }

    private func letGo() async throws {
        try input.close()
        try await aside { [process] in process.waitUntilExit() }
    }
}

/// A request's head, without a body.
func head(_ line: String, _ fields: [String]) -> [UInt8] {
    Array(([line + " HTTP/1.1", "Host: localhost"] + fields + ["", ""]).joined(separator: "\r\n").utf8)
}

extension LiveSchool {
    /// The beginning of a commit whose body is said to have so many bytes.
    func begunCommit(_ length: Int) -> [UInt8] {
        head("POST /v1/snapshots", ["Authorization: Bearer \(token.text)", "Content-Length: \(length)"])
            + Array("{\"dataset\":".utf8)
    }
}
