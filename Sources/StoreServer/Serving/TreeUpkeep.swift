import CentralStore
import Dispatch
import Logging

/// Joins the tree to its store while the service runs: brings it up to date at the start, shows each commit, and tidies
/// up now and then.
final class TreeUpkeep: Sendable {
    private static let sweepSeconds = 600
    /// A command does not wait longer than that.
    private static let commandPatience = 10
    /// Looking through the whole pool is dearer than through what was retired.
    private static let sweepsPerPoolSweep = 144

    let publisher: TreePublisher
    // Dispatch sources may be used from any thread; Dispatch for Linux does not say so in its types.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    init(_ tree: TreeView, of store: CentralStore, logger: Logger) {
        let publisher = TreePublisher(logger: logger) { try tree.publish($0, from: store) }
        self.publisher = publisher
        publisher.run("bringing the tree up to date") { try Self.catchUp(tree, store, logger) }
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "clix-store.tree.sweep"))
        timer.schedule(deadline: .now() + .seconds(Self.sweepSeconds), repeating: .seconds(Self.sweepSeconds))
        var count = 0
        timer.setEventHandler {
            count += 1
            let isPoolsTurn = count.isMultiple(of: Self.sweepsPerPoolSweep)
            publisher.run("tidying up the tree") {
                try tree.sweepRetired(now: StoreOptions.systemClock())
                if isPoolsTurn { try tree.sweepPool() }
            }
        }
        timer.activate()
    }

    /// Returns when the tree has followed whatever was done until now, or with a sentence for the operator.
    func follow() -> String? {
        guard !publisher.finish(within: Self.commandPatience) else { return nil }
        return "The tree follows when it is done with what came before."
    }

    /// Returns once everything that was committed is shown.
    func stop() {
        timer.cancel()
        publisher.finish()
    }

    private static func catchUp(_ tree: TreeView, _ store: CentralStore, _ logger: Logger) throws {
        let repair = try tree.catchUp(with: store)
        if repair.published > 0 || repair.removed > 0 {
            logger.notice(
                """
                the tree was brought up to date: \(repair.published) of \(repair.snapshots) datasets shown anew, \
                \(repair.removed) removed
                """)
        }
        for (snapshot, error) in repair.failures {
            logger.error(
                "\(snapshot.school): the tree cannot show \(snapshot.dataset) \(snapshot.year): \(error.message)")
        }
    }
}
