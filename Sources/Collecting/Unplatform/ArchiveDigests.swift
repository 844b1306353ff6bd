import Content
import Crypto
import Glibc

/// The hashes of a whole file: the one that names its content here, and the one that unplatform's script wrote down.
struct ArchiveDigests {
    let content: ChunkID
    /// 32 digits, lower case. MD5 protects against a bad copy only, and that is what it is asked about.
    let md5: String

    /// Reads the open file once, from its start.
    /// - Throws: `CollectingProblem` if it cannot be read, or the pass is stopped.
    init(reading file: Int32) throws(CollectingProblem) {
        var content = SHA256Stream()
        var md5 = Insecure.MD5()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var offset: off_t = 0
        while true {
            if Task.isCancelled { throw CollectingProblem(.unreadable, "stopped while an archive was read") }
            let count = pread(file, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let reason = String(cString: strerror(errno)).lowercasedFirst
                throw CollectingProblem(.unreadable, "an archive cannot be read (\(reason))")
            }
            guard count > 0 else { break }
            buffer.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
                content.update(part)
                md5.update(bufferPointer: part)
            }
            offset += off_t(count)
        }
        self.content = content.finalized()
        self.md5 = hexText(md5.finalize())
    }
}
