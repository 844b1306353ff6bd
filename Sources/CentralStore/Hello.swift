import Content
import LevelTree
import Synchronization
import Wire

extension CentralStore {
    public func hello(_ installation: AuthenticatedInstallation) throws -> Hello {
        let limits = options.limits
        return Hello(
            time: options.clock() / 1000,
            limits: WireLimits(
                maxFrameBody: limits.frame.maxBody, maxFrameContent: limits.frame.maxContent,
                maxRequestIDs: limits.requestIDs, pendingBytes: Int64(limits.pendingBytes)),
            chunkProfile: ChunkProfile.version, common: try catalog.hasCommon(),
            heads: try catalog.heads(school: installation.schoolNumber),
            highestSequence: try catalog.highestSequence(installation: installation.installation))
    }

    /// Which of these chunks the school would have to send, whoever else has them.
    public func missing(ids: [ChunkID], for installation: AuthenticatedInstallation) throws -> MissingBitmap {
        try checkCount(ids.count)
        let standings = try catalog.standings(ids, school: installation.schoolNumber)
        return MissingBitmap(standings.map { $0 == .missing })
    }

    /// The same by the ids' first eight bytes. Prefixes can collide, so *have* is a hint here, which the commit proves.
    public func missing(prefixes: [UInt64], for installation: AuthenticatedInstallation) throws -> MissingBitmap {
        try checkCount(prefixes.count)
        return MissingBitmap(try catalog.areMissing(prefixes: prefixes, school: installation.schoolNumber))
    }

    private func checkCount(_ count: Int) throws {
        guard count <= options.limits.requestIDs else {
            throw StoreError(
                .tooLarge, "\(count) ids were asked about at once; at most \(options.limits.requestIDs) are answered")
        }
    }

    /// Keeps a school's last report, also through a rebuild of the catalog. Those of one school beyond `ReportAllowance`
    /// are passing facts, which a rebuild forgets: then the last one before them counts.
    public func keepReport(_ report: Report, from installation: AuthenticatedInstallation) throws {
        let bytes = try WireCoding.encode(report)
        guard report.errors.count <= Report.maximumErrors, bytes.count <= options.limits.reportBytes else {
            throw StoreError(
                .tooLarge,
                "the report has \(report.errors.count) errors and \(bytes.count) bytes; at most "
                    + "\(Report.maximumErrors) and \(options.limits.reportBytes) are taken")
        }
        let at = options.clock()
        guard reportAllowance.take(installation.schoolNumber, at: at) else {
            return try journal.keep([], facts: [.report(school: installation.schoolNumber, at: at, bytes)])
        }
        try journal.keep([.record(.reported(.init(server: installation.school, report: report, at: at)))])
    }

    /// Notes the last contacts in the catalog; a passing fact too. Called now and then, and by `close`.
    public func flushContacts() throws {
        let facts = newContacts()
        if !facts.isEmpty { try journal.keep([], facts: facts) }
    }

    /// Contacts that the catalog does not know yet: for a write that is made in any case.
    func newContacts() -> [PassingFact] {
        contacts.take().map { PassingFact.contact(school: $0.key, at: $0.value) }
    }
}

extension MissingBitmap {
    init(_ bits: [Bool]) {
        self.init(count: bits.count)
        for (index, isMissing) in bits.enumerated() where isMissing { self[index] = true }
    }
}

/// When each school was last heard from. In memory, because a request that changes nothing must not cost an fsync.
final class Contacts: Sendable {
    private struct State {
        var last: [Int64: Int64] = [:]
        var unsaved: Set<Int64> = []
    }

    private let state = Mutex(State())

    func note(_ school: Int64, at time: Int64) {
        state.withLock {
            $0.last[school] = time
            $0.unsaved.insert(school)
        }
    }

    /// All of this process.
    var all: [Int64: Int64] { state.withLock { $0.last } }

    /// Those that were not taken yet.
    func take() -> [Int64: Int64] {
        state.withLock { state in
            defer { state.unsaved = [] }
            return state.last.filter { state.unsaved.contains($0.key) }
        }
    }
}
