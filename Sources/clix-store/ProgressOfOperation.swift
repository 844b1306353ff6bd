import StoreServer
import Synchronization
import Terminal

/// Shows what an operation reports of itself as a progress bar, begun when there is something to show.
final class ProgressOfOperation: Sendable {
    private let progress: Progress
    private let title = Mutex<String?>(nil)

    init(_ progress: Progress) { self.progress = progress }

    func update(_ reading: OperationProgress) {
        let total =
            reading.totalFiles > 0 || reading.totalBytes > 0
            ? ProgressAmount(files: reading.totalFiles, bytes: reading.totalBytes) : nil
        let isNew = title.withLock { title in
            defer { title = reading.title }
            return title != reading.title
        }
        if isNew { progress.begin(reading.title, total: total) }
        progress.update(ProgressAmount(files: reading.files, bytes: reading.bytes), total: total)
    }
}
