import Glibc

/// Runs `body` as a user that may not read everything, also where the tests are run by root. Only this thread changes
/// (setfsuid(2), which takes the right to pass over permissions away, too), so other tests may go on beside it; `body`
/// must not suspend.
func asOrdinaryUser<Result>(_ body: () throws -> Result) rethrows -> Result {
    typealias SetID = @convention(c) (UInt32) -> Int32
    guard geteuid() == 0, let symbol = dlsym(nil, "setfsuid") else { return try body() }
    let setfsuid = unsafeBitCast(symbol, to: SetID.self)
    let nobody: uid_t = 65_534
    _ = setfsuid(nobody)
    defer { _ = setfsuid(0) }
    return try body()
}
