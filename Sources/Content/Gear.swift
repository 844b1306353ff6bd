/// The table of the rolling hash: 256 words, spread by a fixed rule (SplitMix64, Steele and others 2014) from a fixed
/// start, so that every build cuts alike. Part of `ChunkProfile.version`.
enum Gear {
    static let table: [UInt64] = {
        var state: UInt64 = 0x636c_6978_2d31
        return (0..<256).map { _ in
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }()

    /// A mask with `bits` ones in the hash's upper half, where every one of the last 64 bytes has had its say.
    static func mask(_ bits: Int) -> UInt64 {
        ~(UInt64.max >> UInt64(bits))
    }
}
