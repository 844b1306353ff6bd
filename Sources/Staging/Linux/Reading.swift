import Glibc

/// Reads until the buffer is full or the file ends; nil, with `errno` set, if reading fails.
func readUpTo(_ buffer: UnsafeMutableRawBufferPointer, from file: Descriptor, at offset: Int) -> Int? {
    var got = 0
    while got < buffer.count {
        let part = pread(file.number, buffer.baseAddress.map { $0 + got }, buffer.count - got, off_t(offset + got))
        if part < 0, errno == EINTR { continue }
        guard part >= 0 else { return nil }
        if part == 0 { break }
        got += part
    }
    return got
}

/// Nil if there are fewer bytes, or they cannot be read.
func readExactly(_ file: Descriptor, at offset: Int, _ count: Int) -> [UInt8]? {
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { space, filled in
        filled = readUpTo(UnsafeMutableRawBufferPointer(space), from: file, at: offset) ?? 0
        isWhole = filled == count
    }
    return isWhole ? bytes : nil
}

/// Appends `count` bytes of the file, read in place, if there are that many and `isExpected` accepts them; else
/// `bytes` is as before.
func appendExactly(
    _ count: Int, of file: Descriptor, at offset: Int, to bytes: inout [UInt8],
    if isExpected: (UnsafeRawBufferPointer) -> Bool
) -> Bool {
    let before = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    let isWhole = bytes.withUnsafeMutableBytes { all in
        let space = UnsafeMutableRawBufferPointer(rebasing: all[before...])
        return readUpTo(space, from: file, at: offset) == count && isExpected(UnsafeRawBufferPointer(space))
    }
    if !isWhole { bytes.removeLast(count) }
    return isWhole
}

/// Appends what is left of `source` to an open file, in pieces of 64 KiB.
/// - Parameter failure: makes the error to throw from `errno(3)`.
func copyAll(_ source: Descriptor, to target: Int32, failure: (Int32) -> StagingError) throws {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = buffer.withUnsafeMutableBytes { read(source.number, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw failure(errno) }
        if count == 0 { return }
        try buffer[..<count].withUnsafeBytes { try writeAll($0, to: target, failure: failure) }
    }
}
