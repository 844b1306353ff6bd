import Foundation
import Testing

/// A program on the school's server that was started with secrets in its arguments, as people start them.
final class CarelessProgram {
    /// Nobody else's: other programs on this machine may name what the fixture calls its secrets.
    let secrets = (1...3).map { _ in UUID().uuidString }
    private let process: ChildProcess

    init() throws {
        process = try ChildProcess(
            "python3",
            [
                "-c", "import signal; signal.pause()", "careless-program", "--password=\(secrets[0])",
                "https://deployer:\(secrets[1])@git.example.org/gstudio.git", "--token", secrets[2],
            ])
    }

    deinit { process.signal(SIGKILL) }

    /// The heartbeats that were made of this school have the program, and none of its secrets.
    func expectSeenMasked(in school: CollectedSchool) throws {
        let tree = try school.staged("system-heartbeat")
        let made = tree.files.keys.filter { $0.hasPrefix("system-heartbeat-\(collectionYear)") }
        #expect(!made.isEmpty)
        for name in made {
            let text = try String(decoding: tree.content(name), as: UTF8.self)
            let masked = "careless-program --password=*** https://***@git.example.org/gstudio.git --token ***\n"
            #expect(text.contains(masked), "\(name)")
            #expect(!secrets.contains { text.contains($0) }, "\(name)")
            for hash in ["pbkdf2_sha256$", "SCRAM-SHA-256$"] { #expect(!text.contains(hash), "\(name)") }
        }
    }
}
