import Testing

/// Both programs as they were built, on loopback with real TLS, against real disks. One after the other: each test may
/// kill, mount or fill something, and two cores are not many.
@Suite("End to end", .serialized)
enum EndToEnd {}
