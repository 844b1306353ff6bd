import CLinux
import Glibc

/// Makes everything durable that was written to the descriptor's filesystem; false, with `errno` set, if that fails.
func syncAll(_ descriptor: Descriptor) -> Bool { clinux_syncfs(descriptor.number) == 0 }

/// Makes this file, or the names in this folder, durable; false, with `errno` set, if that fails. A failure is final for
/// what was written before it: the kernel may have dropped it.
func syncOne(_ descriptor: Descriptor) -> Bool { fsync(descriptor.number) == 0 }
