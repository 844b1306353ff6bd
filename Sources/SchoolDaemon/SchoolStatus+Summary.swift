import LevelTree
import Terminal

extension SchoolStatus {
    /// How things stand, in one line that can be read out over the phone.
    func summarized() -> String {
        ([serverID] + troubles + [collection] + [goingOn, sending].compactMap { $0 }).joined(separator: "; ")
    }

    /// What somebody has to see to first.
    private var troubles: [String] {
        var troubles: [String] = []
        if identityProblem != nil { troubles.append("this machine calls itself another server") }
        if store.installation == nil { troubles.append("not enrolled") }
        if clock.warning != nil { troubles.append("the clock is wrong") }
        if let stopped = disk.collecting.stopped { troubles.append("no room: \(stopped)") }
        // What the last one met may be over: this one goes on.
        if link?.problem != nil, upload.underWay == nil {
            troubles.append("the last upload did not get through\(received.map { ", \($0)" } ?? "")")
        }
        if let held = upload.held { troubles.append(held) }
        return troubles
    }

    /// Of each dataset the newest year, which alone is still collected.
    private var newest: [DatasetStatus] {
        Dictionary(grouping: datasets, by: \.dataset).values.compactMap { rows in
            rows.max { ($0.year ?? 0) < ($1.year ?? 0) }
        }.sorted { $0.dataset < $1.dataset }
    }

    private var collection: String {
        let rows = newest
        guard !rows.isEmpty else { return "nothing is collected yet" }
        let lacking = rows.filter { !Self.isWhole($0) }.map(\.dataset)
        let all = rows.count == 1 ? "1 dataset" : "\(rows.count) datasets"
        guard !lacking.isEmpty else { return "\(all) whole" }
        return "\(rows.count - lacking.count) of \(all) whole, not \(lacking.joined(separator: ", "))"
    }

    /// What is still in the making does not lack: what stands of it is as good as before.
    private static func isWhole(_ row: DatasetStatus) -> Bool {
        guard let ending = row.lastAttempt?.ending, ending != "waiting" else { return row.outcome == "complete" }
        return ending == "complete"
    }

    private var goingOn: String? {
        upload.underWay.map { underWay in
            (["an upload is under way since \(underWay.howFar)"] + [received].compactMap { $0 }).joined(separator: ", ")
        }
    }

    /// What the store has committed last of all.
    var received: String? {
        upload.lastReceived.map { "the store received \($0.dataset) last, \(Self.short($0.received))" }
    }

    /// Whatever waits is sent the next time: no moment is too early.
    private var sending: String {
        let open = datasets.filter { $0.sequence != nil && $0.sequence != $0.receipt?.sequence }
        guard !open.isEmpty else { return "nothing waits to be sent: safe to switch off" }
        let bytes = open.reduce(0) { $0 + $1.waiting }
        let amount = bytes == 0 ? "" : " (\(ByteText.size(bytes)))"
        return
            "\(open.count == 1 ? "1 dataset waits" : "\(open.count) datasets wait") to be sent\(amount), now or the next "
            + "time: safe to switch off"
    }
}

extension SchoolStatus.UnderWay {
    /// `2027-01-15 13:30, 4.2 GB of 17.0 GB done`
    var howFar: String {
        SchoolStatus.short(since) + (total == 0 ? "" : ", \(ByteText.size(done)) of \(ByteText.size(total)) done")
    }
}
