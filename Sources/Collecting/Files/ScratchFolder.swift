import Glibc
import LevelTree
import Staging

/// A folder of ours for the time of one task, readable by nobody else, removed by `remove`; what a crash leaves of it, by
/// `sweep`.
public struct ScratchFolder: Sendable {
    let path: String
    var bytes: [UInt8] { Array(path.utf8) }

    /// Begins the name of each.
    private static let prefix = "clix-collect-"

    /// - Parameter parent: made if it is missing; the folder above it must be there.
    /// - Throws: `CollectingProblem` if `parent` takes no folder.
    init(in parent: String) throws(CollectingProblem) {
        mkdir(parent, 0o700)
        var template = Array("\(parent)/\(ScratchFolder.prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CollectingProblem(
                .unreadable,
                "no temporary folder can be made in \(parent) (\(String(cString: strerror(errno)).lowercasedFirst))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a new file.
    func write(_ content: [UInt8], to name: String) throws(CollectingProblem) {
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw problem(name) }
        defer { close(file) }
        var sink = OutputSink(.file(descriptor: file, limit: .max))
        if case .failed(let number) = content.withUnsafeBytes({ sink.take($0) }) { throw problem(name, number) }
    }

    /// A new file, open for reading and writing; the caller closes it.
    /// - Parameter what: what is to be written, as a sentence begins with it.
    func create(_ name: String, for what: String) throws(CollectingProblem) -> Int32 {
        let file = open("\(path)/\(name)", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .unwritable(what) }
        return file
    }

    /// Copies a regular file without keeping it in memory.
    func copy(_ source: [UInt8], to name: [UInt8], limit: Int64) throws(CollectingProblem) {
        let from = withCPath(source) { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY) }
        guard from >= 0 else { throw problem(escapedText(source)) }
        defer { close(from) }
        let to = withCPath(joined(bytes, name)) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard to >= 0 else { throw problem(escapedText(name)) }
        defer { close(to) }
        var sink = OutputSink(.file(descriptor: to, limit: limit))
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(from, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw problem(escapedText(source)) }
            guard count > 0 else { return }
            switch buffer.withUnsafeBytes({ sink.take(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }) {
            case .all: continue
            case .full: throw problem(escapedText(source), EFBIG)
            case .failed(let number): throw problem(escapedText(name), number)
            }
        }
    }

    func link(to target: [UInt8], as name: [UInt8]) throws(CollectingProblem) {
        let made = withCPath(target) { target in withCPath(joined(bytes, name)) { symlink(target, $0) } }
        guard made == 0 else { throw problem(escapedText(name)) }
    }

    func remove() { ScratchFolder.remove(bytes) }

    /// Removes one folder in it.
    func remove(_ name: String) { ScratchFolder.remove(joined(bytes, name)) }

    /// Removes what an earlier process that was killed has left in `parent`. Nobody else may be at work there.
    public static func sweep(_ parent: String) {
        let parent = Array(parent.utf8)
        for name in Folder.names(in: parent) ?? [] where name.starts(with: Array(prefix.utf8)) {
            remove(joined(parent, name))
        }
    }

    /// Links are removed, not followed.
    private static func remove(_ folder: [UInt8]) {
        for name in Folder.names(in: folder) ?? [] {
            let path = joined(folder, name)
            if Folder.kind(at: path) == .folder { remove(path) } else { _ = withCPath(path) { unlink($0) } }
        }
        _ = withCPath(folder) { rmdir($0) }
    }

    private func problem(_ what: String, _ number: Int32 = errno) -> CollectingProblem {
        CollectingProblem(
            .unreadable, "\(what) cannot be copied for reading (\(String(cString: strerror(number)).lowercasedFirst))")
    }
}

extension CollectionContext {
    /// Gathers with a temporary folder, which is there until staging is done with what was gathered.
    func withScratch(
        _ gather: (ScratchFolder) async throws(CollectingProblem) -> Gathering
    ) async throws(CollectingProblem) -> Gathering {
        let folder = try ScratchFolder(in: scratch)
        do throws(CollectingProblem) {
            var gathering = try await gather(folder)
            gathering.release = { folder.remove() }
            return gathering
        } catch {
            folder.remove()
            throw error
        }
    }
}

extension CollectingProblem {
    /// - Parameter what: begins the sentence: "a dump".
    static func unwritable(_ what: String, _ number: Int32 = errno) -> CollectingProblem {
        CollectingProblem(
            .noRoom, "\(what) cannot be written beside staging (\(String(cString: strerror(number)).lowercasedFirst))")
    }
}
