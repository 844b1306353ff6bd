import Foundation

@testable import StoreServer

/// A folder that goes when it is let go.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "clix-store-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func permissions(of name: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
    }
}

/// A program that ran to its end.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    /// Looks the program up in PATH. Blocks.
    ///
    /// By posix_spawn(3), since Foundation's `Process.run` reads a directory entry beyond its end (256 bytes of a name
    /// that is shorter), which among hundreds of runs ends the tests where the memory behind it is nobody's.
    static func run(_ arguments: [String], input: String = "") throws -> Program {
        let folder = try TemporaryFolder()
        // Files instead of pipes: nothing can fill up and stand still.
        for name in ["in", "out", "err"] { try folder.write(name == "in" ? input : "", to: name) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, folder.path + "/in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.path + "/out", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, folder.path + "/err", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
        guard failure == 0 else {
            throw StoreServerError(.control, "\(arguments[0]) cannot be started: \(String(cString: strerror(failure)))")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return Program(
            status: signal == 0 ? status >> 8 & 0xff : signal, output: try folder.read("out"),
            errors: try folder.read("err"))
    }
}

/// `clix-store` as it was built, beside the tests.
enum BuiltStore {
    static let program: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (bundle as NSString).deletingLastPathComponent + "/clix-store"
    }()

    static func run(_ arguments: String...) async throws -> Program {
        let all = [program] + arguments
        return try await aside { try Program.run(all) }
    }
}
