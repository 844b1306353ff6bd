import CentralStore
import Glibc
import Synchronization

/// A tree view over a data directory of its own, with a clock moved by hand.
final class ViewBench: Sendable {
    let folder: TestFolder
    let source = FakeSource()
    private let time = Mutex<Int64>(1_534_423_920_000)

    init(in base: String = "/tmp") throws { folder = try TestFolder(in: base) }

    var now: Int64 { time.withLock { $0 } }
    func pass(seconds: Int64) { time.withLock { $0 += seconds * 1000 } }

    /// As after a start of the store.
    func view(readerGroup: gid_t? = nil, linkLimit: UInt64 = .max) throws -> TreeView {
        var options = TreeView.Options()
        options.readerGroup = readerGroup
        options.linkLimit = linkLimit
        options.now = { self.now }
        return try TreeView(data: folder.path, options: options)
    }

    func verify() throws -> VerificationReport {
        try Verification(source: source, storage: nil, data: folder.path).all()
    }

    /// The newest LEVEL 3 of the usual school.
    static let home = "tree/2018/mz/2039150-mz150/gstudio"
}
