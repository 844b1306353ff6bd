import Content
import Glibc
import LevelTree
import Wire

@testable import Staging

/// A made-up school on the disk: a source folder and a staging directory, removed with the object.
final class Site {
    let root: String
    var source: String { root + "/source" }
    var stagingPath: String { root + "/staging" }
    var options = StagingOptions(budget: 1 << 40, keepFree: 0)

    /// - Parameter root: a folder to work in, for tests that need a filesystem of their own.
    init(in root: String? = nil) throws {
        var template = Array("\(root ?? "/tmp")/clix-staging-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StagingError.failing(to: "make a folder for a test") }
        self.root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(self.root, 0o755)
        mkdir(source, 0o755)
        // For tests that go on `asOrdinaryUser`; root may write all the same.
        if isRoot { for folder in [self.root, source] { chown(folder, ordinaryUser, ordinaryUser) } }
        // An hour ahead: nothing that a test just wrote counts as racy.
        options.fileClock = {
            var now = currentFileTime()
            now.seconds += 3600
            return now
        }
    }

    deinit { _ = try? FolderRemoval.remove(CName(root), in: AT_FDCWD) }

    static func identity(_ id: String = "mz150", code: String = "2039150") throws -> SchoolIdentity {
        SchoolIdentity(
            serverID: try ServerID(id), schoolCode: try SchoolCode(code),
            schoolName: "Govt. \"Fixture\" H/S, Foo's & Co")
    }

    func open(_ identity: SchoolIdentity? = nil) throws -> Staging {
        try Staging.open(at: stagingPath, identity: try identity ?? Site.identity(), options: options)
    }

    // MARK: The source

    /// Writes a file, with the folders above it.
    func put(
        _ path: String, _ content: String = "", mode: mode_t = 0o644, seconds: Int64 = 1_530_000_000,
        nanoseconds: Int32 = 123_456_789
    ) throws {
        try put(Array(path.utf8), Array(content.utf8), mode: mode, seconds: seconds, nanoseconds: nanoseconds)
    }

    func put(
        _ path: [UInt8], _ content: [UInt8], mode: mode_t = 0o644, seconds: Int64 = 1_530_000_000,
        nanoseconds: Int32 = 123_456_789
    ) throws {
        let whole = Array((source + "/").utf8) + path
        for (position, byte) in whole.enumerated() where byte == UInt8(ascii: "/") && position > source.utf8.count {
            _ = CName(whole[..<position]).withPointer { mkdir($0, 0o755) }
        }
        guard let file = Descriptor.opening(CName(whole), O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600) else {
            throw StagingError.failing(to: "write the source file \(escapedText(whole))")
        }
        try content.withUnsafeBytes { try writeAll($0, to: file.number) { StagingError.failing(to: "write", $0) } }
        fchmod(file.number, mode)
        let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        futimens(file.number, [time, time])
    }

    func remove(_ path: String) throws { try FolderRemoval.remove(CName("\(source)/\(path)"), in: AT_FDCWD) }

    /// Takes up a disk, but for so many bytes.
    func fill(_ path: String, leaving bytes: UInt64) throws {
        unlink(path)
        guard let file = Descriptor.opening(CName(Array(path.utf8)), O_WRONLY | O_CREAT, mode: 0o600) else {
            throw StagingError.failing(to: "fill a disk")
        }
        let free = try DiskSpace(of: file).free
        guard free > bytes, posix_fallocate(file.number, 0, off_t(free - bytes)) == 0 else {
            throw StagingError.failing(to: "fill a disk")
        }
    }

    // MARK: Collecting

    var folder: Gathering { Gathering(parts: [.folder(SourceFolder(path: source))]) }

    static let clock = CollectionClock(startedMilliseconds: 1_530_003_600_000, bootSeconds: 100, isTrusted: true)
    static let year = 2018

    @discardableResult
    func collect(
        _ staging: Staging, _ dataset: Dataset = .mirror, year: Int = Site.year, _ gathering: Gathering? = nil
    ) throws -> CollectionResult {
        try staging.collect(dataset, year: Year(year), gathering: gathering ?? folder, clock: Site.clock)
    }

    // MARK: What is to be seen

    func treePath(_ dataset: Dataset = .mirror, year: Int = Site.year) throws -> String {
        "\(stagingPath)/tree/" + String(decoding: try shownPath(dataset, year), as: UTF8.self)
    }

    /// Every file below a folder, by its path in it.
    func files(below folder: String) -> [String: String] {
        var found: [String: String] = [:]
        collectFiles(folder, "", &found)
        return found
    }

    /// Every file that the tree shows of a dataset.
    func tree(_ dataset: Dataset = .mirror, year: Int = Site.year) throws -> [String: String] {
        files(below: try treePath(dataset, year: year))
    }

    private func collectFiles(_ folder: String, _ prefix: String, _ found: inout [String: String]) {
        var listing = FolderListing()
        guard let open = Descriptor.openingFolder(CName(folder)), listing.read(open.number) else { return }
        for index in 0..<listing.count {
            let name = String(decoding: listing.name(index), as: UTF8.self)
            switch FileStatus.of(CName(listing.name(index)), in: open.number)?.kind {
            case .folder: collectFiles(folder + "/" + name, prefix + name + "/", &found)
            case .file: found[prefix + name] = content(folder + "/" + name)
            default: found[prefix + name] = "(something else)"
            }
        }
    }

    func content(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    func bytes(_ path: String) -> [UInt8]? {
        guard let file = Descriptor.opening(CName(path), O_RDONLY), let status = FileStatus.of(file.number) else {
            return nil
        }
        return readExactly(file, at: 0, Int(status.size))
    }

    func status(_ path: String) -> FileStatus? { FileStatus.of(CName(path)) }

    /// The folders of generations that lie on the disk.
    var generationFolders: [String] {
        var listing = FolderListing()
        guard let folder = Descriptor.openingFolder(CName(stagingPath + "/generations")), listing.read(folder.number)
        else { return [] }
        return (0..<listing.count).map { String(decoding: listing.name($0), as: UTF8.self) }
    }
}

private func shownPath(_ dataset: Dataset, _ year: Int) throws -> [UInt8] {
    try treePath(of: dataset, Year(year), Site.identity())
}

extension Dataset {
    private static func known(_ name: String) -> Dataset {
        guard let dataset = Dataset(name: name) else { preconditionFailure("\(name) is a dataset") }
        return dataset
    }

    /// A mirror that is a folder of copies.
    static let mirror = known("rcs-repo")
    static let accumulating = known("nginx-logs")
    static let byReference = known("media")
    static let singleFiles = known("git-commit.log")
    static let settings = known("server_settings.py")
}

extension CollectionResult {
    var published: Generation? {
        if case .published(let generation) = ending { generation } else { nil }
    }

    var unchanged: Generation? {
        if case .unchanged(let generation) = ending { generation } else { nil }
    }

    var heldReason: String? {
        if case .held(let reason) = ending { reason } else { nil }
    }

    var failedReason: String? {
        if case .failed(let reason) = ending { reason } else { nil }
    }
}

extension Staging {
    /// The paths of a generation, and which of them are stale.
    func entries(of generation: Generation) throws -> [StagedEntry] {
        var entries: [StagedEntry] = []
        try forEachEntry(of: generation) { entries.append($0) }
        return entries
    }

    func paths(of generation: Generation) throws -> [String] {
        try entries(of: generation).map { String(decoding: $0.entry.path.bytes, as: UTF8.self) }
    }

    func content(_ path: String, of generation: Generation) throws -> [UInt8] {
        let reader = try contentReader(of: generation)
        let entry = try entries(of: generation).first { $0.entry.path.bytes == Array(path.utf8) }
        guard let entry else { throw StagingError(.io, "no entry \(path)") }
        var bytes: [UInt8] = []
        for index in entry.entry.chunks.indices { try reader.append(chunk: index, of: entry, to: &bytes) }
        return bytes
    }
}

/// Bytes that look random and are the same in every run.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { buffer in
        for position in stride(from: 0, to: count - 7, by: 8) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            buffer.storeBytes(of: state ^ (state >> 29), toByteOffset: position, as: UInt64.self)
        }
    }
    return bytes
}

let isRoot = geteuid() == 0
let ordinaryUser: uid_t = 65534

/// Runs `body` as a user that may not read everything, who owns the site. Only this thread changes (setfsuid(2)), so
/// other tests may go on beside it; `body` must not suspend.
func asOrdinaryUser<Result>(_ body: () throws -> Result) rethrows -> Result {
    typealias SetID = @convention(c) (UInt32) -> Int32
    guard isRoot, let symbol = dlsym(nil, "setfsuid") else { return try body() }
    let setfsuid = unsafeBitCast(symbol, to: SetID.self)
    _ = setfsuid(ordinaryUser)
    defer { _ = setfsuid(0) }
    return try body()
}
