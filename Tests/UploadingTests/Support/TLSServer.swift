import Foundation

@testable import Uploading

/// `tls_server.py`, running for as long as this is kept.
final class TLSServer {
    let authority: TestAuthority
    let port: Int
    /// Where something answers that is no TLS, and where the connection is closed, or reset, at once.
    let plainPort: Int
    let cutPorts: [Int]
    /// Where the connection stays, and nothing is said on it.
    let silentPort: Int
    /// A proxy that leads to this server whatever it is asked for, and one that sends everybody to its login page.
    let proxyPort: Int
    let portalProxyPort: Int
    private let process = Process()
    private let input = Pipe()
    private let folder: URL

    init(host: String = "localhost") throws {
        authority = try TestAuthority()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (certificate, key) = try authority.server(host: host)
        let certificateFile = folder.appendingPathComponent("certificate.pem")
        let keyFile = folder.appendingPathComponent("key.pem")
        try Data(certificate.utf8).write(to: certificateFile)
        try Data(key.utf8).write(to: keyFile)

        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("tls_server.py")
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path, certificateFile.path, keyFile.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw CocoaError(.fileReadUnknown) }
            line += String(decoding: data, as: UTF8.self)
        }
        let ports = line.dropLast().split(separator: " ").compactMap { Int($0) }
        guard ports.count == 7 else { throw CocoaError(.fileReadCorruptFile) }
        (port, plainPort, cutPorts) = (ports[0], ports[1], [ports[2], ports[3]])
        (silentPort, proxyPort, portalProxyPort) = (ports[4], ports[5], ports[6])
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    var address: String { "https://localhost:\(port)" }

    /// Settings that no proxy of the machine's environment disturbs.
    func settings(patience: Int = 60, rate: UInt64? = nil, stop: StopSignal = StopSignal()) -> SessionSettings {
        SessionSettings(
            address: address, trust: .authority(authority.pem), token: "a-token", proxy: "", rate: { rate },
            patience: patience, stop: stop)
    }

    /// Without python3 there is nobody to talk to; the tests then show as skipped.
    static let isPossible: Bool = {
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        probe.arguments = ["python3", "-c", "import ssl"]
        return (try? probe.run()).map { probe.waitUntilExit() } != nil && probe.terminationStatus == 0
    }()
}

/// What the server tells of a request that it took.
struct Taken: Decodable {
    let connection: Int
    /// Whether TLS went on from an earlier connection.
    let isResumed: Bool
    let method: String
    let headers: [String: String]
    let length: Int
    let sha256: String

    init(_ answer: StoreAnswer) throws {
        self = try JSONDecoder().decode(Taken.self, from: Data(answer.body))
    }
}
