import CLinux
import Dispatch
import Glibc
import Uploading

/// What wakes the daemon.
enum DaemonEvent: Sendable {
    /// Its pause is over.
    case tick
    /// The wall clock was set, or the machine was suspended.
    case clockChanged
    /// The machine's routes changed: there may be a link.
    case routesChanged
    /// SIGHUP.
    case reload
    /// SIGTERM or SIGINT.
    case stop
    case ended(Job, JobResult)
    /// A dataset's turn in an upload is over, while that goes on.
    case sent(UploadReport.Entry)
    case uploaded(UploadResult)
    case caller(CallerEvent)
    case answered(Call.ID, RequestOutcome)
}

/// The signals, timers and sockets behind the events. Ends with this object.
final class DaemonEvents {
    let stream: AsyncStream<DaemonEvent>
    /// For whoever has something to tell, on any thread.
    let teller: AsyncStream<DaemonEvent>.Continuation
    private let sources: [any DispatchSourceProtocol]
    private let timer: any DispatchSourceTimer

    /// - Parameter handlesSignals: tests send their own events.
    init(handlesSignals: Bool = true) {
        (stream, teller) = AsyncStream.makeStream()
        let (queue, teller) = (DispatchQueue(label: "clix-collect.events"), teller)
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { teller.yield(.tick) }
        timer.activate()
        self.timer = timer
        var sources: [any DispatchSourceProtocol] = []
        if handlesSignals {
            sources += [(SIGTERM, DaemonEvent.stop), (SIGINT, .stop), (SIGHUP, .reload)].map { number, event in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler { teller.yield(event) }
                source.activate()
                return source
            }
        }
        // Without either, the daemon looks at the clock and for a link as often as its pauses end.
        sources += [(clinux_clock_change_timer(), DaemonEvent.clockChanged), (clinux_route_socket(), .routesChanged)]
            .compactMap { descriptor, event in
                guard descriptor >= 0 else { return nil }
                let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
                source.setEventHandler {
                    Self.drain(descriptor)
                    teller.yield(event)
                }
                source.setCancelHandler { close(descriptor) }
                source.activate()
                return source
            }
        self.sources = sources
    }

    deinit {
        timer.cancel()
        sources.forEach { $0.cancel() }
        teller.finish()
    }

    /// The next `tick` is so many seconds from now; the one that was set before is not.
    func wake(in seconds: Double) {
        // A second late is early enough for all that is done here, and spares the machine a wakeup.
        timer.schedule(deadline: .now() + max(seconds, 0), leeway: .milliseconds(seconds > 10 ? 1000 : 10))
    }

    /// What is told is only that something changed: the messages themselves are not read.
    private static func drain(_ descriptor: Int32) {
        withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { buffer in
            // An overrun (ENOBUFS) and a cancelled timer (ECANCELED) are such news as well.
            var reads = 0
            while reads < 64, read(descriptor, buffer.baseAddress, buffer.count) > 0 || errno != EAGAIN { reads += 1 }
        }
    }
}
