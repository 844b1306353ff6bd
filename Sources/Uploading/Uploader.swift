import Dispatch
import Glibc
import LevelTree
import Staging
import Wire

/// Sends what is staged and not yet acknowledged.
///
/// Everything it has achieved is in staging the moment it is achieved, so a run may end anywhere, power included, and
/// the next goes on from there. One run at a time; a second call waits for the first.
public final class Uploader: Sendable {
    public struct Options: Sendable {
        /// As in `[store] url`.
        public var store: String
        /// nil: as the environment says. Empty: none.
        public var proxy: String?
        /// Bytes per second upwards, asked again all the time; nil is no limit.
        public var rate: @Sendable () -> UInt64?
        public var retry: RetryPolicy.Limits
        /// The lower, the earlier.
        public var priority: @Sendable (Dataset) -> Int
        /// What the store should know beside the datasets, asked once it has answered; nil sends none.
        public var report: (@Sendable () throws -> Report)?
        /// Called whenever bytes have moved on the wire, often; should be quick.
        public var moved: @Sendable () -> Void = {}
        /// When it may go on, and who counts what travels.
        public var manners = TransferManners()
        /// Told the store's time, in seconds since 1970, and the boot clock's then, in seconds, before anything is sent.
        public var learn: (@Sendable (Int64, Double) throws -> Void)?

        public init(
            store: String, proxy: String? = nil, rate: @escaping @Sendable () -> UInt64? = { nil },
            retry: RetryPolicy.Limits = RetryPolicy.Limits(),
            priority: @escaping @Sendable (Dataset) -> Int = { $0.priority },
            report: (@Sendable () throws -> Report)? = nil,
            learn: (@Sendable (Int64, Double) throws -> Void)? = nil
        ) {
            self.store = store
            self.proxy = proxy
            self.rate = rate
            self.retry = retry
            self.priority = priority
            self.report = report
            self.learn = learn
        }
    }

    private let staging: Staging
    private let files: InstallationFiles
    private let options: Options
    private let surroundings: Surroundings
    private let queue = DispatchQueue(label: "clix-collect.upload")

    public convenience init(staging: Staging, files: InstallationFiles, options: Options) {
        self.init(staging: staging, files: files, options: options, surroundings: .real)
    }

    init(staging: Staging, files: InstallationFiles, options: Options, surroundings: Surroundings) {
        self.staging = staging
        self.files = files
        self.options = options
        self.surroundings = surroundings
    }

    /// One run over the given datasets; nil for all.
    ///
    /// Does not throw: what went wrong is in the report. Cancelling the task ends the run soon, with everything kept.
    ///
    /// - Parameter progress: called on the uploader's queue; should be quick.
    public func upload(
        _ datasets: [Dataset]? = nil, progress: @escaping @Sendable (UploadEvent) -> Void = { _ in }
    ) async -> UploadReport {
        let stop = StopSignal()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(returning: self.run(datasets.map { Set($0) }, stop: stop, tell: progress))
                }
            }
        } onCancel: {
            stop.stop()
        }
    }

    private func run(_ wanted: Set<Dataset>?, stop: StopSignal, tell: @escaping (UploadEvent) -> Void) -> UploadReport {
        do {
            try Enrolment.finishInterrupted(staging: staging, files: files)
            guard let installation = try Installation.load(from: files) else {
                throw UploadError(
                    .notEnrolled,
                    "this machine is not enrolled at a store; ask its operator for a code and run clix-collectd enroll")
            }
            // What one server collected never enters another one's history.
            guard staging.identity.serverID == installation.serverID else {
                throw UploadError(
                    .otherIdentity,
                    "this machine is enrolled as \(installation.serverID), and what is staged in \(staging.directory) is "
                        + "\(staging.identity.serverID)'s: nothing is sent; clix-collectd check says what to do")
            }
            var settings = SessionSettings(
                address: options.store, trust: .authority(installation.authority), token: installation.token.text,
                proxy: options.proxy, rate: options.rate, stop: stop)
            settings.moved = options.moved
            let transport = try surroundings.connect(settings)
            let conversation = StoreConversation(
                transport: transport, policy: RetryPolicy(options.retry), stop: stop, manners: options.manners,
                rate: options.rate, wait: { self.surroundings.wait($0, stop) })
            return UploadRun(
                staging: staging, installation: installation, conversation: conversation, wanted: wanted,
                priority: options.priority, facts: options.report, learn: options.learn, tell: tell
            ).run()
        } catch {
            var report = UploadReport()
            report.stopped = UploadError(error, of: "the upload")
            return report
        }
    }
}

/// What a run needs from outside; tests put their own in its place.
struct Surroundings: Sendable {
    var connect: @Sendable (SessionSettings) throws -> any StoreTransport
    /// Sleeps so many seconds, or until the signal is set.
    var wait: @Sendable (Double, StopSignal) -> Void

    static let real = Surroundings(
        connect: { settings throws in try StoreSession(settings) },
        wait: { seconds, stop in
            let end = monotonicNanoseconds() + UInt64(max(seconds, 0) * 1_000_000_000)
            while !stop.isSet, monotonicNanoseconds() < end {
                var slice = timespec(tv_sec: 0, tv_nsec: 50_000_000)
                nanosleep(&slice, nil)
            }
        })
}
