import Glibc
import Testing

/// A folder for one test, removed with all that is in it when the test lets go of it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/clix-collecting-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder can be made") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// No test's business: what is still being written there is let lie.
    deinit { _ = run("chmod -R u+rwX '\(path)'; rm -rf '\(path)'") }

    /// Writes a file and the folders above it; returns its path.
    @discardableResult
    func write(_ content: String, to name: String, mode: mode_t = 0o644) -> String {
        let full = "\(path)/\(name)"
        makeFolders(above: full)
        let file = open(full, O_WRONLY | O_CREAT | O_TRUNC, mode)
        defer { close(file) }
        var content = content
        let written = content.withUTF8 { bytes in Glibc.write(file, bytes.baseAddress, bytes.count) == bytes.count }
        if !written || fchmod(file, mode) != 0 { Issue.record("the scene is not set: \(full) cannot be written") }
        return full
    }

    func makeFolder(_ name: String) -> String {
        let full = "\(path)/\(name)"
        makeFolders(above: full + "/")
        return full
    }

    func exists(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

    func read(_ name: String) -> String {
        let file = open("\(path)/\(name)", O_RDONLY)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = Glibc.read(file, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    private func makeFolders(above path: String) {
        var folder = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast().dropFirst() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
    }
}

/// For setting the scene: runs a shell line. One that fails is a failure of this test, and of no other.
@discardableResult
func shell(_ line: String) -> String {
    let (status, said) = run(line)
    if status != 0 { Issue.record("the scene is not set: \(line): \(said)") }
    return said
}

/// What system(3) gives, and all that the line has said.
private func run(_ line: String) -> (status: Int32, said: String) {
    let output = "/tmp/clix-shell-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let status = system("{ \(line)\n} </dev/null >\(output) 2>&1")
    defer { unlink(output) }
    let file = open(output, O_RDONLY)
    defer { close(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(file, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
    return (status, String(decoding: text, as: UTF8.self))
}
