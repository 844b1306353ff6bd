/// What a service tells systemd of itself, in the words of sd_notify(3).
public struct ServiceManager: Sendable {
    /// How long the service may be silent before systemd ends it; nil where that is not watched.
    let watchdogInterval: Duration?
    private let send: @Sendable (String) -> Void

    /// - Parameter send: gets lines of `NAME=value`, newlines between them.
    public init(watchdogInterval: Duration? = nil, send: @escaping @Sendable (String) -> Void) {
        self.watchdogInterval = watchdogInterval
        self.send = send
    }

    func ready() { send("READY=1") }

    /// - Parameter monotonicMicroseconds: now, by CLOCK_MONOTONIC: `Type=notify-reload` compares it.
    func reloading(monotonicMicroseconds: Int64) {
        send("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)")
    }

    func stopping() { send("STOPPING=1") }

    /// The sentence that `systemctl status` shows.
    func status(_ sentence: String) { send("STATUS=\(sentence.split(separator: "\n").joined(separator: " "))") }

    /// The service is alive and gets on.
    func alive() { send("WATCHDOG=1") }
}
