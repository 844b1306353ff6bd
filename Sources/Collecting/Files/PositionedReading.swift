import Glibc

/// Reads up to `count` bytes of an open file from `offset` on; fewer only at the file's end. Its position stays.
/// - Throws: `ReadFailure`.
func readBytes(of file: Int32, at offset: UInt64, upTo count: Int) throws(ReadFailure) -> [UInt8] {
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { space, filled in
        while filled < count {
            let part = pread(
                file, space.baseAddress.map { $0 + filled }, count - filled, off_t(clamping: offset) + off_t(filled))
            if part < 0, errno == EINTR { continue }
            if part < 0 { failure = errno }
            if part <= 0 { return }
            filled += part
        }
    }
    if let failure { throw ReadFailure(errno: failure) }
    return bytes
}

/// Why an open file cannot be read.
struct ReadFailure: Error, Hashable, Sendable, CustomStringConvertible {
    let errno: Int32
    /// As it stands inside a sentence.
    var description: String { String(cString: strerror(errno)).lowercasedFirst }
}
