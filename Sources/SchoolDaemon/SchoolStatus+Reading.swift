import Content
import LevelTree
import Staging
import Uploading
import Wire

extension SchoolStatus {
    /// Reads everything from staging; asks nobody.
    /// - Throws: `StagingError` or `UploadError` if what is recorded cannot be read.
    static func read(
        _ school: School, _ standing: Standing, identity: SchoolIdentity, staging: Staging
    ) throws -> SchoolStatus {
        let installation = try Installation.load(from: school.files)
        let use = try staging.diskUse()
        let generations = try staging.currentGenerations()
        let moment = try school.moment(staging)
        var status = SchoolStatus(
            serverID: identity.serverID.text, schoolCode: identity.schoolCode.text, schoolName: identity.schoolName,
            identityProblem: standing.refusal?.message,
            store: Store(
                address: school.settings.store?.text ?? installation?.store, installation: installation?.id.text,
                directory: installation?.directory, schoolName: installation?.schoolName),
            datasets: try datasets(school, generations, staging),
            errors: school.collectionErrors(of: identity, generations),
            link: LastUpload.load(from: school.files).map { last in
                Link(
                    tried: school.zone.isoText(milliseconds: last.ended),
                    gotThrough: last.gotThrough.map(school.zone.isoText), problem: last.problem)
            },
            upload: try upload(school, generations, staging),
            disk: Disk(
                used: use.used, budget: use.budget, free: use.free, keepFree: use.keepFree,
                isAboveHighWater: use.collecting != .all, collecting: use.collecting),
            clock: Clock(
                now: school.zone.isoText(milliseconds: moment.machineNow.milliseconds), isTrusted: moment.doubt == nil,
                skew: moment.skew, held: try staging.heldGenerations().count,
                warning: moment.warning(in: school.zone)),
            nextRuns: nextRuns(school, isClockTrusted: moment.doubt == nil))
        status.summary = status.summarized()
        return status
    }

    private static func upload(_ school: School, _ generations: [Generation], _ staging: Staging) throws -> Upload {
        let hold = school.uploadHold()
        let last = try generations.compactMap { try staging.receipt($0.dataset, year: $0.year) }
            .max { $0.received < $1.received }
        return Upload(
            underWay: UploadUnderWay.load(from: school.files).map { UnderWay($0, in: school.zone) },
            lastReceived: last.map {
                Received(dataset: $0.dataset.name, received: school.zone.isoText(milliseconds: $0.received))
            },
            held: hold?.sentence, heldUntil: hold.map { school.moment(in: Int64($0.seconds)) },
            monthBytes: try school.trafficOfMonth(school.wallSeconds),
            monthlyLimit: school.settings.upload.monthlyLimit)
    }

    private static func datasets(
        _ school: School, _ generations: [Generation], _ staging: Staging
    ) throws -> [DatasetStatus] {
        let record = CollectionRecord.load(from: school.files)
        var rows: [DatasetStatus] = []
        for dataset in Dataset.all {
            let attempt = record.datasets[dataset.name].map { entry in
                Attempt(
                    ended: school.zone.isoText(milliseconds: entry.ended), ending: entry.ending, reason: entry.reason,
                    leftOut: entry.leftOut)
            }
            let own = generations.filter { $0.dataset == dataset }
            for generation in own {
                var row = try row(school, generation, staging)
                // The newest year is the one that was attempted last.
                if generation.sequence == own.map(\.sequence).max() { row.lastAttempt = attempt }
                rows.append(row)
            }
            // What was tried and never succeeded is a row, too; what this machine does not have is none.
            if own.isEmpty, let attempt, attempt.ending != "absent" {
                rows.append(DatasetStatus(dataset: dataset.name, missing: [], lastAttempt: attempt, waiting: 0))
            }
        }
        return rows
    }

    private static func row(_ school: School, _ generation: Generation, _ staging: Staging) throws -> DatasetStatus {
        let receipt = try staging.receipt(generation.dataset, year: generation.year)
        return DatasetStatus(
            dataset: generation.dataset.name, year: generation.year.number,
            collected: school.zone.isoText(milliseconds: generation.finishedMilliseconds),
            outcome: generation.outcome.rawValue, sequence: generation.sequence, files: generation.files,
            bytes: generation.bytes, missing: generation.shortfalls,
            receipt: receipt.map {
                ReceiptStatus(sequence: $0.sequence, received: school.zone.isoText(milliseconds: $0.received))
            },
            waiting: generation.state == .pending ? try waitingBytes(generation, staging) : 0)
    }

    /// The content of a generation that the store is not known to have, before compression.
    static func waitingBytes(_ generation: Generation, _ staging: Staging) throws -> UInt64 {
        var waiting: UInt64 = 0
        var batch: [ChunkReference] = []
        func ask() throws {
            let known = try staging.knownAtStore(batch.map(\.id))
            for (chunk, isKnown) in zip(batch, known) where !isKnown { waiting += UInt64(chunk.length) }
            batch.removeAll(keepingCapacity: true)
        }
        try staging.forEachEntry(of: generation) { staged in
            batch += staged.entry.chunks
            if batch.count >= 512 { try ask() }
        }
        try ask()
        return waiting
    }
}
