import Uploading

/// Decides when to upload. Pure: what happened in, when to go out.
///
/// There is something to send from the start of the program, since nobody knows, and whenever a collection has published
/// something; what could not be sent is tried again later and later, and soon when the machine's routes change, also
/// when they did during the attempt.
///
/// Not every network that comes changes a route: behind a router of the school's own none does, and neither does the
/// login at a captive portal. So a store that is not reached is looked for often, and for as long as a school usually is
/// awake. That costs a connection that fails; nothing is read for it.
struct UploadTurn: Sendable, Hashable {
    /// How an attempt ended.
    enum Ending: Sendable, Hashable {
        case sent
        /// The store was reached and has all but some datasets, which it did not take, or which could not be read.
        case sentInPart
        /// The store was not reached: there is no link, or somebody else answers on it.
        case noLink
        /// The store was reached, and the link ended before all was sent.
        case cutOff
        case failed
        /// Nothing will change until somebody does something.
        case needsPerson
        /// The store asks to come back in so many seconds.
        case askedToWait(Int)
        /// No window is open any more, or the month's limit is reached.
        case held
    }

    private(set) var isRunning = false
    private var hasNews = true
    private var failures = 0
    /// Attempts in a row that left the same few datasets behind.
    private var remainders = 0
    /// On the boot clock, in seconds, as all moments here.
    private var notBefore = -Double.infinity
    /// Until then the store wants to hear nothing.
    private var askedUntil = -Double.infinity
    private var lastEnd = -Double.infinity
    private var haveRoutesChanged = false
    /// 0 to 1, another for each school, so that 700 of them do not come back at once.
    private let spread: Double

    /// - Parameter bootSeconds: when the program began; at 700 schools at once, perhaps, as the power came.
    init(spread: Double, bootSeconds: Double) {
        self.spread = spread
        notBefore = bootSeconds + spread * Self.longestCrowd
    }

    /// Seconds to wait; nil while there is nothing to do.
    /// - Parameter held: seconds until uploads may go on; 0: they may.
    func pause(bootSeconds: Double, held: Double = 0) -> Double? {
        guard !isRunning else { return nil }
        return max(0, held, notBefore - bootSeconds, askedUntil - bootSeconds)
    }

    mutating func news(bootSeconds: Double) {
        // A failed attempt has its own time.
        if !hasNews, failures == 0 { notBefore = bootSeconds }
        hasNews = true
    }

    mutating func routesChanged(bootSeconds: Double) {
        if isRunning { haveRoutesChanged = true }
        guard failures > 0 || hasNews else { return }
        failures = 0
        // Never later than was meant before: a link that comes and goes does not put it off.
        notBefore = min(notBefore, max(lastEnd + Self.least, bootSeconds + spread * Self.longestCrowd))
    }

    /// Another store may be meant, or another way to it: what was met before says nothing any more.
    mutating func beginAnew() {
        (askedUntil, lastEnd, failures) = (-.infinity, -.infinity, 0)
        if isRunning { haveRoutesChanged = true }
        if hasNews { notBefore = -.infinity }
    }

    mutating func begin() {
        isRunning = true
        haveRoutesChanged = false
        // What is published from here on may come too late for this run.
        hasNews = false
    }

    mutating func end(_ ending: Ending, bootSeconds: Double) {
        isRunning = false
        lastEnd = bootSeconds
        askedUntil = -.infinity
        switch ending {
        case .sent:
            (failures, remainders) = (0, 0)
            notBefore = bootSeconds + (hasNews ? 0 : Self.greeting)
        case .sentInPart:
            // The link is good: what is new does not wait for what is left behind.
            failures = 0
            remainders += 1
            notBefore = bootSeconds + (hasNews ? 0 : Self.doubled(Self.longest, remainders, most: Self.greeting))
        case .noLink:
            let pause = failures < Self.mostLooks ? Self.look : Self.lateLook
            failed(bootSeconds, wait: failures == 0 ? Self.first : pause)
        case .cutOff:
            // Links of a minute or two are how such a school sends at all.
            failures = 0
            failed(bootSeconds, wait: Self.first)
        case .failed: failed(bootSeconds, wait: Self.doubled(Self.first, failures + 1, most: Self.longest))
        case .held:
            // The link is good; what holds it tells for how long, and this is for where it does not.
            (hasNews, failures) = (true, 0)
            notBefore = bootSeconds + Self.longest
        case .needsPerson: failed(bootSeconds, wait: Self.longest)
        case .askedToWait(let seconds):
            failed(bootSeconds, wait: Self.doubled(Self.first, failures + 1, most: Self.longest))
            askedUntil = bootSeconds + min(Double(max(seconds, 0)), Self.longestAsked) * (1 + spread / 4)
        }
        // It may have failed on the old route.
        if haveRoutesChanged, failures > 0 { routesChanged(bootSeconds: bootSeconds) }
    }

    private mutating func failed(_ bootSeconds: Double, wait: Double) {
        hasNews = true
        failures += 1
        notBefore = bootSeconds + wait * (0.75 + spread / 2)
    }

    private static func doubled(_ first: Double, _ times: Int, most: Double) -> Double {
        min(first * Double(1 << min(times - 1, 10)), most)
    }

    /// A link that comes and goes is no reason to try without a pause.
    private static let least = 10.0
    /// Within that, the schools begin whose power or link has come at the same moment. Of a network that is there for 90
    /// seconds this is all that may be lost.
    private static let longestCrowd = 10.0
    private static let first = 30.0, longest = 900.0
    /// Between two looks for a store that is not reached; a time-out of the connection comes on top. Then, after two hours
    /// or so.
    private static let look = 40.0, lateLook = 300.0
    private static let mostLooks = 120
    /// How often the store hears of a school that has nothing new.
    private static let greeting = 6 * 3600.0
    /// No store's word keeps a school away for longer.
    private static let longestAsked = 24 * 3600.0
}

extension UploadTurn.Ending {
    /// What an attempt came to.
    init(_ report: UploadReport) {
        self =
            switch report.stopped {
            case nil: report.exitStatus == 0 ? .sent : .sentInPart
            case let error? where error.isHold: .held
            case let error? where error.isPermanent: .needsPerson
            case let error? where [.offline, .untrusted].contains(error.code):
                report.storeTime == nil ? .noLink : .cutOff
            case let error?: error.retryAfter.map { .askedToWait($0) } ?? .failed
            }
    }
}
