/// Decides when to upload. Pure: what happened in, when to go out.
///
/// There is something to send from the start of the program, since nobody knows, and whenever a collection has published
/// something; what could not be sent is tried again later and later, and at once when the machine's routes change.
struct UploadTurn: Sendable, Hashable {
    private(set) var isRunning = false
    private var hasNews = true
    private var failures = 0
    /// On the boot clock, in seconds.
    private var notBefore = -Double.infinity
    private let school: Double

    /// - Parameter spread: 0 to 1, another for each school, so that 700 of them do not come back at once.
    init(spread: Double) { school = spread }

    /// Seconds to wait; nil while there is nothing to do.
    func pause(bootSeconds: Double) -> Double? {
        guard !isRunning else { return nil }
        return max(0, notBefore - bootSeconds)
    }

    mutating func news(bootSeconds: Double) {
        // A failed attempt has its own time.
        if !hasNews, failures == 0 { notBefore = bootSeconds }
        hasNews = true
    }

    mutating func routesChanged() {
        guard failures > 0 || hasNews else { return }
        failures = 0
        notBefore = -.infinity
    }

    mutating func begin() {
        isRunning = true
        // What is published from here on may come too late for this run.
        hasNews = false
    }

    /// - Parameter needsPerson: nothing will change until somebody does something.
    mutating func end(succeeded: Bool, needsPerson: Bool, bootSeconds: Double) {
        isRunning = false
        if succeeded {
            failures = 0
            notBefore = bootSeconds + (hasNews ? 0 : Self.greeting)
        } else {
            hasNews = true
            failures += 1
            let wait = needsPerson ? Self.longest : min(Self.first * Double(1 << min(failures - 1, 10)), Self.longest)
            notBefore = bootSeconds + wait * (0.75 + school / 2)
        }
    }

    private static let first = 30.0, longest = 900.0
    /// How often the store hears of a school that has nothing new.
    private static let greeting = 6 * 3600.0
}
