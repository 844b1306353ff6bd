import Glibc
import LevelTree

/// Fetches files of one folder of the container in batches: one `tar` inside for each, whose archive is written to a
/// temporary file here and taken apart with care.
struct ContainerFetch {
    private let source: ContainerFolder
    /// Counts what was fetched.
    private var room: MadeRoom
    /// Where archives and files are until they are whole.
    let incoming: ScratchFolder
    private(set) var missing: [(path: RelativePath, reason: String)] = []
    /// Why it did not go on to the end.
    private(set) var stop: String?
    private var failures = 0
    /// Whether it stopped for what no file is the cause of.
    var isCut: Bool { stop != nil && failures < Self.mostFailures }

    /// Bounds of one batch; a single file may have more bytes. An exec's arguments go through the engine as one message.
    private static let most = (files: 500, nameBytes: 64 << 10, bytes: Int64(32 << 20))
    /// After so many files that could not be had each by itself, something else is wrong.
    private static let mostFailures = 20

    init(_ source: ContainerFolder, scratch: String, room: MadeRoom) throws(CollectingProblem) {
        self.source = source
        self.room = room
        incoming = try ScratchFolder(in: scratch)
    }

    mutating func run(_ files: [ContainerListing.File]) async {
        var rest = files[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batchLength(rest))
            await fetch(batch)
            if let stop {
                // What the stopped batch had of it is there all the same.
                missing += rest.filter { !source.cache.isCurrent($0) }.map { ($0.path, stop) }
                return
            }
            rest = rest.dropFirst(batch.count)
        }
    }

    private static func batchLength(_ files: ArraySlice<ContainerListing.File>) -> Int {
        var (count, nameBytes, bytes) = (0, 0, Int64(0))
        for file in files {
            nameBytes += file.path.bytes.count + 3
            bytes += file.size
            if count > 0, count == most.files || nameBytes > most.nameBytes || bytes > most.bytes { break }
            count += 1
        }
        return count
    }

    /// A batch that fails because of one of its files is halved until that one is alone.
    private mutating func fetch(_ batch: ArraySlice<ContainerListing.File>) async {
        // The archive, with headers for long names, and then what is taken out of it.
        let archived = batch.reduce(Int64(20 << 10)) { $0 + $1.size + 2048 + 2 * Int64($1.path.bytes.count) }
        let needed = UInt64(archived) + UInt64(batch.reduce(0) { $0 + $1.size })
        guard room.now >= needed else {
            stop = "there is no room for it here; make room, or raise budget under [staging]"
            return
        }
        let path = "\(incoming.path)/archive"
        let archive = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard archive >= 0 else {
            stop = "it cannot be written here (\(String(cString: strerror(errno)).lowercasedFirst))"
            return
        }
        defer {
            close(archive)
            unlink(path)
        }
        do throws(ContainerProblem) {
            _ = try await source.container.run(program(batch, into: archive, limit: archived))
        } catch {
            await judge(error, batch)
            return
        }
        take(batch, from: archive)
    }

    private func program(
        _ batch: ArraySlice<ContainerListing.File>, into archive: Int32, limit: Int64
    ) -> ContainerProgram {
        // At a megabyte in a second, and more for the start.
        let seconds = 300 + limit / (1 << 20)
        return ContainerProgram(
            TarCommand.arguments(source.inside, batch.map(\.path.bytes)),
            output: .file(descriptor: archive, limit: limit, room: room.ask()),
            deadline: .seconds(seconds), isHeavy: true)
    }

    private mutating func judge(_ problem: ContainerProblem, _ batch: ArraySlice<ContainerListing.File>) async {
        switch problem.code {
        // tar: "some files differ", and "fatal", as for a file that is gone.
        case .failed(status: 1), .failed(status: 2), .outputLost: break
        default:
            stop = problem.message
            return
        }
        guard batch.count == 1, let file = batch.first else {
            let half = batch.count / 2
            await fetch(batch.prefix(half))
            if stop == nil { await fetch(batch.dropFirst(half)) }
            return
        }
        missing.append((file.path, problem.message))
        failures += 1
        if failures == Self.mostFailures { stop = problem.message }
    }

    // MARK: The archive

    /// Takes the regular files that were asked for, as they were listed; what else the archive has is left in it.
    private mutating func take(_ batch: ArraySlice<ContainerListing.File>, from archive: Int32) {
        var wanted = Dictionary(batch.map { ($0.path.bytes, $0) }) { first, _ in first }
        var fetched: [(file: ContainerListing.File, at: String)] = []
        var members = TarArchive(archive)
        var withArchive = room
        withArchive.took(archive)
        do {
            while let member = try members.next() {
                guard member.name.starts(with: "./".utf8), member.isFile,
                    let file = wanted[Array(member.name.dropFirst(2))], member.size == file.size,
                    member.seconds == file.modified.seconds
                else { continue }
                wanted[file.path.bytes] = nil
                let place = "\(incoming.path)/\(fetched.count)"
                guard write(member, of: archive, as: file, to: place, &withArchive) else { break }
                fetched.append((file, place))
            }
        } catch {
            stop =
                "tar in the container \(source.container.name) wrote no whole archive; the next collection tries again"
        }
        let unplaced = source.cache.place(fetched)
        missing += unplaced.map { ($0.path, "it cannot be put into \(source.cache.folder)") }
        guard stop == nil else { return }
        missing += wanted.values.map {
            ($0.path, "it was changed while it was fetched; the next collection tries again")
        }
    }

    /// - Returns: false if there is no room, which ends all.
    private mutating func write(
        _ member: TarArchive.Member, of archive: Int32, as file: ContainerListing.File, to place: String,
        _ withArchive: inout MadeRoom
    ) -> Bool {
        let target = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { if target >= 0 { close(target) } }
        let time = timespec(tv_sec: Int(file.modified.seconds), tv_nsec: Int(file.modified.nanoseconds))
        var times = [time, time]
        guard target >= 0, copy(member, of: archive, to: target, withArchive),
            fchmod(target, mode_t(ContainerCache.mode(file))) == 0, futimens(target, &times) == 0
        else {
            stop = "it cannot be written here (\(String(cString: strerror(errno)).lowercasedFirst))"
            return false
        }
        withArchive.took(target)
        room.took(target)
        return true
    }

    private func copy(
        _ member: TarArchive.Member, of archive: Int32, to target: Int32, _ room: MadeRoom
    ) -> Bool {
        var sink = OutputSink(.file(descriptor: target, limit: member.size, room: room.ask()))
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var position = member.offset
        let end = member.offset + member.size
        while position < end {
            let count = pread(archive, &buffer, min(buffer.count, Int(end - position)), off_t(position))
            guard count > 0 else { return false }
            let piece = buffer.withUnsafeBytes { sink.take(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            if case .failed(let number) = piece { errno = number }
            guard case .all = piece else { return false }
            position += Int64(count)
        }
        return true
    }
}
