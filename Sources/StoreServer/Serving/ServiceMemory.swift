import CLinux

/// What the service's memory is taken from.
public enum ServiceMemory {
    /// Call once, before any work.
    ///
    /// By default glibc has eight arenas for each processor, and each keeps what the frames it once held took (mallopt(3),
    /// M_ARENA_MAX; dynamic mmap threshold). Two serve as many threads as the service has at work, and what is longer than
    /// an ordinary frame's content goes back as soon as it is free.
    public static func bound() {
        clinux_return_freed_memory(2 << 20)
    }
}
