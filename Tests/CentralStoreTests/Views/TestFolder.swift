import Glibc
import Testing

@testable import CentralStore

/// A folder of its own for one test, removed at the end.
final class TestFolder: Sendable {
    let path: String

    private let base: String

    /// - Parameter base: a folder that exists.
    init(in base: String = "/tmp") throws {
        self.base = base
        let template = try #require(strdup("\(base)/clix-views-XXXXXX"))
        defer { free(template) }
        path = String(cString: try #require(mkdtemp(template)))
        // So that a second user can be let in below.
        chmod(path, 0o755)
    }

    deinit {
        try? TreeFolder(path: base).removeAll(Array(path.dropFirst(base.count + 1).utf8))
    }

    func path(_ inner: String) -> String { "\(path)/\(inner)" }

    func exists(_ inner: String) -> Bool { status(inner) != nil }

    func status(_ inner: String) -> stat? {
        var status = stat()
        return lstat(path(inner), &status) == 0 ? status : nil
    }

    func mode(_ inner: String) -> String? { status(inner).map { String($0.st_mode & 0o7777, radix: 8) } }

    func text(_ inner: String) throws -> String {
        let file = open(path(inner), O_RDONLY)
        try #require(file >= 0, "\(inner) cannot be opened")
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(file, &part, part.count), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    func write(_ text: String, to inner: String) throws {
        let file = open(path(inner), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        try #require(file >= 0, "\(inner) cannot be written")
        defer { close(file) }
        let bytes = Array(text.utf8)
        #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
    }

    /// Changes a file's bytes and keeps its size, mode and modification time, as a failing disk does.
    func corrupt(_ inner: String) throws {
        let before = try #require(status(inner))
        let content = try text(inner)
        try write(String(repeating: "?", count: content.utf8.count), to: inner)
        try setTime(inner, before.st_mtim)
    }

    func setTime(_ inner: String, _ time: timespec) throws {
        var times = [time, time]
        try #require(utimensat(AT_FDCWD, path(inner), &times, 0) == 0)
    }

    func makeFolder(_ inner: String) throws { try #require(mkdir(path(inner), 0o755) == 0) }

    func names(_ inner: String) throws -> [String] {
        try TreeFolder(path: path(inner)).names().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Every path below, folders too, sorted.
    func all(_ inner: String) throws -> [String] { try Self.all(at: path(inner)) }

    static func all(at path: String) throws -> [String] {
        var found: [String] = []
        func walk(_ folder: TreeFolder, _ prefix: String) throws {
            for name in try folder.names() {
                let path = prefix + String(decoding: name, as: UTF8.self)
                found.append(path)
                if try #require(try folder.status(name)).st_mode & S_IFMT == S_IFDIR {
                    try walk(folder.folder(name), path + "/")
                }
            }
        }
        try walk(TreeFolder(path: path), "")
        return found
    }

    static func rawNames(at path: String) throws -> [[UInt8]] { try TreeFolder(path: path).names() }
}
