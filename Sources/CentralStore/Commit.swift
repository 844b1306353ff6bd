import Content
import LevelTree
import Wire

extension CentralStore {
    /// Commits a generation, and answers with the proof of it. The same commit again gives the same receipt.
    ///
    /// - Throws: `StoreError`: `missingChunks` with the ids, in which a chunk that is private to others reads like one
    ///   that nobody has; `manifestInvalid`; `forked`, `staleSequence`, `wrongParent`; `malformed`. Nothing has changed
    ///   then, except that a fork is noted for the operator.
    public func commit(_ request: CommitRequest, from installation: AuthenticatedInstallation) throws -> Receipt {
        try CommitRules.check(request, options.limits)
        return try schoolLocks.withLock(installation.school) {
            try journal.settle()
            _ = try authenticate(installation.tokenHash)
            let id = try request.snapshotID(of: installation.installation)
            if let earlier = try catalog.snapshot(
                installation: installation.installation, sequence: request.sequence)
            {
                guard earlier.id == id else { throw try forked(request, id, installation, earlier) }
                return try receipt(for: earlier)
            }
            let head = try checkOrder(request, installation)
            let record = try build(request, id, installation, over: head)
            try journal.keep([.record(.snapshot(record))], facts: newContacts())
            noteCommit(record)
            return try receipt(for: record)
        }
    }

    /// - Returns: the parent.
    private func checkOrder(
        _ request: CommitRequest, _ installation: AuthenticatedInstallation
    ) throws -> SnapshotRecord? {
        let last = try catalog.highestSequence(
            installation: installation.installation, dataset: request.dataset, year: request.year)
        guard request.sequence > last else {
            throw StoreError(
                .staleSequence,
                "\(request.dataset) of \(request.year) was committed up to sequence \(last), and "
                    + "\(request.sequence) is not above that: this machine's state is older than its history, as after "
                    + "restoring an image; enrol it anew with a new code")
        }
        let head = try catalog.head(school: installation.schoolNumber, dataset: request.dataset, year: request.year)
        guard head?.id == request.parent else {
            throw StoreError(
                .wrongParent,
                "the commit of \(request.dataset) of \(request.year) follows \(request.parent?.hex ?? "nothing"), but "
                    + "the last snapshot is \(head?.id.hex ?? "none"): another machine sends for this school, or this "
                    + "one's state was restored; enrol it anew with a new code")
        }
        return head
    }

    /// Notes the fork once, and says what is to be told.
    private func forked(
        _ request: CommitRequest, _ id: SnapshotID, _ installation: AuthenticatedInstallation, _ earlier: SnapshotRecord
    ) throws -> StoreError {
        if try !catalog.hasFork(id) {
            let fact = StoreRecord.ForkSeen(
                server: installation.school, installation: installation.installation, dataset: request.dataset,
                year: request.year, sequence: request.sequence, snapshot: id, at: options.clock())
            try journal.keep([.record(.forkSeen(fact))])
        }
        return StoreError(
            .forked,
            "sequence \(request.sequence) was committed before with other content (\(earlier.dataset) of "
                + "\(earlier.year)): two machines send as one, or this one's state was restored from an image; the "
                + "operator can see it, and a new code enrols this machine anew")
    }

    private func build(
        _ request: CommitRequest, _ id: SnapshotID, _ installation: AuthenticatedInstallation,
        over parent: SnapshotRecord?
    ) throws -> SnapshotRecord {
        let school = try knownSchool(installation.school)
        let check = CommitCheck(store: self, request: request, school: school.number)
        let found = try check.run(over: parent)
        var held = Accumulation.Merged(ids: request.manifest, files: request.files, bytes: request.bytes)
        if request.dataset.kind == .accumulate, found.keepsOlder, let parent {
            held = try Accumulation(store: self, school: school.server).merge(request.manifest, over: parent)
        }
        return SnapshotRecord(
            id: id, school: school.server, directory: school.identity.directoryName,
            installation: installation.installation, dataset: request.dataset, year: request.year,
            sequence: request.sequence, parent: request.parent, outcome: request.outcome, manifest: request.manifest,
            effective: held.ids, files: held.files, bytes: held.bytes, started: request.started,
            finished: request.finished, received: options.clock(), clockTrusted: CommitRules.trustsClock(of: request),
            shortfalls: request.shortfalls, settledBytes: found.settledBytes + held.settledBytes)
    }

    /// Always the same for a snapshot: Ed25519 signatures have no randomness (RFC 8032).
    private func receipt(for snapshot: SnapshotRecord) throws -> Receipt {
        var manifest = SHA256Stream()
        for id in snapshot.manifest { manifest.update(id.bytes) }
        return try Receipt(
            installation: snapshot.installation, dataset: snapshot.dataset, year: snapshot.year,
            sequence: snapshot.sequence, manifest: manifest.finalized(), snapshot: snapshot.id,
            received: snapshot.received, key: options.receiptKey)
    }

    func manifestReader(_ ids: [ChunkID]) -> ManifestReader {
        ManifestReader(ids, reader, entryBytes: options.limits.manifestEntryBytes)
    }
}

extension CentralStore: SnapshotSource {
    public func snapshots(school: ServerID, dataset: Dataset?, year: Year?) throws -> [SnapshotRecord] {
        try catalog.snapshots(school: school, dataset: dataset, year: year)
    }

    public func currentSnapshots() throws -> [SnapshotRecord] { try catalog.currentSnapshots() }

    public func forEachEntry(of snapshot: SnapshotRecord, _ body: (ManifestEntry) throws -> Void) throws {
        var entries = manifestReader(snapshot.effective)
        try entries.forEachEntry(of: snapshot, body)
    }

    public func withChunk<R>(_ id: ChunkID, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        try reader.withChunk(id, body)
    }
}
