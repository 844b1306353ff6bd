/// The bytes of a manifest. All numbers are little endian.
///
/// ```
/// "CLXM" version:u8 (1)
/// entry*    0x01 path length:u16 path  size:u64 mode:u16 flags:u8 (bit 0: stale)
///           modified seconds:i64 nanoseconds:u32
///           chunk count:u32 id[count] (32 bytes each) length:u32[count - 1] (the last is what is left of the size)
/// end       0x00 entry count:u64
/// ```
///
/// Plain and without sharing between entries, so that an unchanged run of entries is an unchanged run of bytes: the
/// manifest is itself cut into chunks, and only the changed ones travel.
enum ManifestFormat {
    static let magic = Array("CLXM".utf8)
    static let version: UInt8 = 1
    static let entryMark: UInt8 = 1
    static let endMark: UInt8 = 0
    static let staleFlag: UInt8 = 1
    /// A file of 64 GiB in the smallest ordinary chunks; more is a hostile count.
    static let maximumChunks = 1 << 23
}

extension [UInt8] {
    /// Appends a number, little endian.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
