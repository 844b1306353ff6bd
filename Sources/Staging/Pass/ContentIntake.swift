import CLinux
import Content
import Glibc

/// Takes the content of source files in: reads each once, cuts and hashes it, and copies it where that is wanted.
///
/// One intake serves a whole pass, with one buffer of 256 KiB.
final class ContentIntake {
    private let buffer: UnsafeMutableRawBufferPointer
    private var chunker = Chunker()
    /// Whether this source's filesystem can share blocks with staging's; asked of the kernel once.
    private var canClone: Bool?
    /// The chunks of the last file, as an entry list holds them.
    private(set) var chunks: [UInt8] = []

    /// Called while a large file is read, each time that `pulseInterval` more bytes came: a file of a gigabyte must neither fill
    /// the disk's reserve nor keep its caller waiting. An error ends the reading.
    var pulse: () throws -> Void = {}

    private static let bufferSize = 256 << 10
    private static let pulseInterval: UInt64 = 8 << 20
    /// Below this a copy costs less than the shared blocks' bookkeeping.
    private static let smallestClone: UInt64 = 64 << 10

    init() {
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ContentIntake.bufferSize, alignment: 4096)
    }

    deinit { buffer.deallocate() }

    /// What went wrong, and on which side: a source's fault makes the pass partial, all else ends it.
    enum Failure: Error {
        case source(Int32)
        case other(any Error)
    }

    /// Reads the file to its end, or a little further than `size`.
    ///
    /// - Parameters:
    ///   - source: open for reading, at its start.
    ///   - size: as `stat` said; what comes beyond means that the file is growing.
    ///   - target: an empty file to copy into; nil to hash only. What is hashed is what was copied.
    /// - Returns: how many bytes there were.
    func take(_ source: Descriptor, size: UInt64, into target: Descriptor?) throws(Failure) -> UInt64 {
        chunks.removeAll(keepingCapacity: true)
        chunker.reset()
        if let target, size >= ContentIntake.smallestClone, clone(source, into: target) {
            return try read(target, size: size, isSource: false, into: nil)
        }
        return try read(source, size: size, isSource: true, into: target)
    }

    /// Cuts and hashes bytes in memory, and writes them.
    func take(_ bytes: [UInt8], into target: Descriptor?) throws(Failure) {
        chunks.removeAll(keepingCapacity: true)
        chunker.reset()
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try accept(bytes, into: target) }
        }
        try result.get()
        finish()
    }

    private func clone(_ source: Descriptor, into target: Descriptor) -> Bool {
        guard canClone ?? true else { return false }
        let isDone = clinux_clone(target.number, source.number) == 0
        if !isDone, canClone == nil { canClone = false }
        if isDone { canClone = true }
        return isDone
    }

    private func read(
        _ file: Descriptor, size: UInt64, isSource: Bool, into target: Descriptor?
    ) throws(Failure) -> UInt64 {
        var total: UInt64 = 0
        var told: UInt64 = 0
        // A file that grows while it is read is given up just past its size: it will not match afterwards anyway.
        while total <= size {
            let count = Glibc.read(file.number, buffer.baseAddress, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                if isSource { throw .source(errno) }
                throw .other(StagingError.failing(to: "read back a staged copy"))
            }
            if count == 0 { break }
            try accept(UnsafeRawBufferPointer(rebasing: buffer[..<count]), into: target)
            total += UInt64(count)
            if total - told >= ContentIntake.pulseInterval {
                told = total
                do { try pulse() } catch { throw .other(error) }
            }
            // Less than was asked for is the end of a plain file; the caller's second look finds what came later.
            if count < buffer.count, total >= size { break }
        }
        finish()
        return total
    }

    private func accept(_ bytes: UnsafeRawBufferPointer, into target: Descriptor?) throws(Failure) {
        chunker.append(bytes) { chunks.append(chunk: ChunkID(hashing: $0), length: $0.count) }
        guard let target else { return }
        do {
            try writeAll(bytes, to: target.number) { StagingError.failing(to: "write a staged copy", $0) }
        } catch {
            throw .other(error)
        }
    }

    private func finish() {
        chunker.finish { chunks.append(chunk: ChunkID(hashing: $0), length: $0.count) }
    }
}
