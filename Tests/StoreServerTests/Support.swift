import Foundation

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
    static func run(_ arguments: [String], input: String = "") throws -> Program {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let folder = try TemporaryFolder()
        for name in ["in", "out", "err"] { try folder.write(name == "in" ? input : "", to: name) }
        // Files instead of pipes: nothing can fill up and stand still.
        process.standardInput = FileHandle(forReadingAtPath: folder.path + "/in")
        process.standardOutput = FileHandle(forWritingAtPath: folder.path + "/out")
        process.standardError = FileHandle(forWritingAtPath: folder.path + "/err")
        try process.run()
        process.waitUntilExit()
        return Program(
            status: process.terminationStatus, output: try folder.read("out"), errors: try folder.read("err"))
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
