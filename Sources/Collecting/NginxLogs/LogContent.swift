import CZlib
import Glibc

/// The content of a log file as text: the file itself, or what a compressed one holds, unpacked beside staging.
final class LogContent {
    let file: Int32
    let size: UInt64
    /// How far a damaged compressed file could be unpacked; nil if it is whole.
    let damage: String?

    init(_ log: OpenedLog) {
        file = dup(log.file)
        size = log.size
        damage = nil
    }

    /// Unpacks a gzip file. Its trailer is checked; what can be had of one that is cut is taken.
    /// - Parameter room: how many bytes may be written.
    /// - Throws: `CollectingProblem` if there is no room, or the unpacked file cannot be written.
    init(unpacking log: OpenedLog, in scratch: ScratchFolder, room: UInt64) throws(CollectingProblem) {
        guard let packed = gzdopen(dup(log.file), "rb") else {
            throw CollectingProblem(.unreadable, "\(escapedName(log)) cannot be unpacked: there is no memory")
        }
        defer { gzclose_r(packed) }
        // Removed at once: it lives as long as it is open.
        let name = "unpacked"
        let target = try scratch.create(name, for: "log lines")
        unlink("\(scratch.path)/\(name)")
        file = target
        var sink = OutputSink(.file(descriptor: target, limit: Int64(clamping: room)))
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var total: UInt64 = 0
        while true {
            if Task.isCancelled {
                close(target)
                throw CollectingProblem(.unreadable, "stopped while logs were unpacked")
            }
            let count = gzread(packed, &buffer, UInt32(buffer.count))
            guard count > 0 else {
                var code: Int32 = Z_OK
                let reason = String(cString: gzerror(packed, &code))
                let isWhole = count == 0 && (code == Z_OK || code == Z_STREAM_END)
                damage = isWhole ? nil : "\(reason.isEmpty ? "it ends too early" : reason), after \(total) bytes"
                break
            }
            switch buffer.withUnsafeBytes({ sink.take(UnsafeRawBufferPointer(rebasing: $0.prefix(Int(count)))) }) {
            case .all: total += UInt64(count)
            case .full:
                close(target)
                throw LogContent.unwritable(ENOSPC)
            case .failed(let number):
                close(target)
                throw LogContent.unwritable(number)
            }
        }
        size = total
    }

    deinit { close(file) }

    static func unwritable(_ number: Int32) -> CollectingProblem { .unwritable("log lines", number) }

    /// Whether this is the content that was taken up to the record's offset, as far as its first and last bytes tell.
    func begins(as record: FollowedFile) -> Bool {
        guard size >= record.offset, record.offset >= UInt64(record.tail.length) else { return false }
        return read(at: 0, record.head.length).map(Fingerprint.init) == record.head
            && read(at: record.offset - UInt64(record.tail.length), record.tail.length).map(Fingerprint.init)
                == record.tail
    }

    /// Whether all that is here stands at the start of another file too, as far as its first and last bytes tell.
    func isBeginning(of other: LogContent) -> Bool {
        guard size > 0, size <= other.size else { return false }
        return [(0, min(size, 1024)), (size - min(size, 4096), min(size, 4096))].allSatisfy { start, length in
            guard let piece = read(at: start, Int(length)) else { return false }
            return piece == other.read(at: start, Int(length))
        }
    }

    private func read(at offset: UInt64, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = 0
        while got < count {
            let part = bytes.withUnsafeMutableBytes {
                pread(file, $0.baseAddress.map { $0 + got }, count - got, off_t(offset) + off_t(got))
            }
            if part < 0, errno == EINTR { continue }
            guard part > 0 else { return nil }
            got += part
        }
        return bytes
    }
}

private func escapedName(_ log: OpenedLog) -> String { String(decoding: log.name.bytes, as: UTF8.self) }
