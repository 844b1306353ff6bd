/// The rate of the last twenty seconds. A rate over the whole run would, after an hour at a slow link, hide for another
/// hour that the link has become fast.
struct ProgressRate: Sendable {
    private struct Sample {
        var time: Duration
        var amount: ProgressAmount
    }

    private static let window: Duration = .seconds(20)
    private static let spacing: Duration = .milliseconds(500)
    private var samples: [Sample]

    init(start: Duration) {
        samples = [Sample(time: start, amount: ProgressAmount())]
    }

    mutating func add(_ amount: ProgressAmount, at time: Duration) {
        guard let last = samples.last, time - last.time >= Self.spacing else { return }
        samples.append(Sample(time: time, amount: amount))
        while samples.count > 2, time - samples[1].time >= Self.window { samples.removeFirst() }
    }

    /// `nil` in the first second, where a rate would be a guess.
    func perSecond(_ amount: ProgressAmount, at time: Duration) -> (bytes: Double, files: Double)? {
        guard let first = samples.first, time - first.time >= .seconds(1) else { return nil }
        let seconds = (time - first.time) / .seconds(1)
        return (
            max(0, Double(amount.bytes) - Double(first.amount.bytes)) / seconds,
            max(0, Double(amount.files) - Double(first.amount.files)) / seconds
        )
    }
}
