/// How hard frames are compressed: levels of zstd. Measured over what a school's first upload holds, in frames of 1 MiB.
public enum FrameLevel {
    /// What does not compress: a mere pass.
    public static let bulk: Int32 = 1
    /// Within 2 % of what level 19 makes of whole files, at some 150 MB/s.
    public static let thorough: Int32 = 6
    /// 6 % more of what does compress, at 500 MB/s. No more memory than `thorough`.
    public static let quick: Int32 = 3
}
