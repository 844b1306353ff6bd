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
