import CLinux

/// The school's 8 GB are the platform's; what this program does not need at the moment goes back.
public enum Memory {
    /// Call once, before any work.
    ///
    /// By default glibc keeps large blocks for later use once one of their size was freed (mallopt(3), dynamic mmap
    /// threshold): a frame's buffers would stay resident in every thread's arena. A fixed threshold turns that off.
    public static func returnWhatIsFreed() {
        clinux_return_freed_memory(128 << 10)
    }

    /// For a pause: of code and constants only what the pause itself needs is mapped then. The rest may be anywhere in the
    /// page cache, or nowhere, as the machine needs its memory.
    static func unmapWhatRanOnce() {
        clinux_unmap_clean_pages()
    }
}
