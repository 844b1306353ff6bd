import CentralStore
import Dispatch
import LevelTree
import Logging
import Synchronization
import Testing
import Wire

@testable import StoreServer

/// In which order commits come into the tree, and what of them.
struct TreePublisherTests {
    private let shown = Shown()

    private func snapshot(_ sequence: UInt64, of dataset: String, school: String = "mz150") throws -> SnapshotRecord {
        SnapshotRecord(
            id: SnapshotID(hashing: Array("\(school) \(sequence)".utf8)), school: try ServerID(school), directory: "x",
            installation: InstallationID("i-1"), dataset: try #require(Dataset(name: dataset)), year: try Year(2018),
            sequence: sequence, parent: nil, outcome: .complete, manifest: [], effective: [], files: 0, bytes: 0,
            started: 0, finished: 0, received: 0, clockTrusted: true, shortfalls: [])
    }

    @Test("of snapshots of one dataset that wait together only the last is shown, and nobody waits for the others")
    func followed() async throws {
        let publisher = TreePublisher(logger: Logger(label: "test")) { [shown] in shown.add($0) }
        let busy = DispatchSemaphore(value: 0)
        publisher.run("being busy") { busy.wait() }
        let first = try snapshot(1, of: "media")
        publisher.committed(first)
        publisher.committed(try snapshot(2, of: "db"))
        publisher.committed(try snapshot(1, of: "media", school: "mz151"))
        publisher.committed(try snapshot(3, of: "media"))
        publisher.committed(try snapshot(3, of: "media").filed(under: "y"))
        async let waited: Void = publisher.waitUntilShown(first.id, atMost: .seconds(3600))
        busy.signal()
        await waited
        publisher.finish()
        #expect(shown.all == ["mz150/x 2", "mz151/x 1", "mz150/y 3"])
        // What is shown is no reason to pass over what comes later, or the same again.
        for sequence in [4, 4] as [UInt64] {
            publisher.committed(try snapshot(sequence, of: "media"))
            publisher.finish()
        }
        #expect(shown.all.suffix(2) == ["mz150/x 4", "mz150/x 4"])
    }
}

private final class Shown: Sendable {
    private let snapshots = Mutex<[String]>([])
    var all: [String] { snapshots.withLock { $0 } }
    func add(_ snapshot: SnapshotRecord) {
        snapshots.withLock { $0.append("\(snapshot.school)/\(snapshot.directory) \(snapshot.sequence)") }
    }
}
