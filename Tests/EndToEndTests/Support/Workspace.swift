import Foundation

/// A folder of its own for one test, removed at its end; and where the built programs are.
final class Workspace: Sendable {
    let path: String

    init(_ name: String = #function, below folder: String = NSTemporaryDirectory()) throws {
        var template = Array("\(folder)/clix-end-to-end.XXXXXX".replacing("//", with: "/").utf8CString)
        guard let made = mkdtemp(&template) else { throw ChildProcess.Unexpected(description: "no temporary folder") }
        path = String(cString: made)
        // Other users (the reader of the store's tree) must be able to walk through.
        chmod(path, 0o755)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A path below this folder; nothing is made.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// An empty folder below this one.
    func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        return path(name)
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }
}

/// The programs under test: those which were built together with this test bundle, beside it.
enum Built {
    static let folder: String = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (bundle as NSString).deletingLastPathComponent
    }()
    static let collectd = "\(folder)/clix-collectd"
    static let store = "\(folder)/clix-store"
}

/// Where the project's sources are: of this file's path, everything before `Tests`.
enum Project {
    static let folder: String = {
        let parts = #filePath.components(separatedBy: "/Tests/EndToEndTests/")
        return parts[0]
    }()
    /// The fixture generator for a small invented school.
    static let madeSchool = "\(folder)/scripts/made_school.py"
    /// Material that lies beside the project on some machines only; tests that use it are skipped elsewhere.
    static let shared = URL(fileURLWithPath: "\(folder)/../shared").resolvingSymlinksInPath().path
    static func hasShared(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(shared)/\(path)") }
}
