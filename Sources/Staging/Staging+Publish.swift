import GRDB
import LevelTree

/// A finished draft, and what is to be recorded of it.
struct FinishedDraft {
    var row: GenerationRow
    /// What it adds to the disk, in bytes.
    var footprint: UInt64
    /// What the collector wants to know at its next pass.
    var memory: [UInt8]?
    /// A generation that the draft does not carry forward in full, so that it must be sent for itself.
    var mustBeSent: UInt64?
}

extension Staging {
    /// Makes the draft the current generation of its dataset and year, as far as the database is concerned. The folders
    /// follow by `arrange`, at the latest when staging is opened again; see `PublishingStep`.
    func record(_ draft: FinishedDraft) throws {
        let dataset = draft.row.generation.dataset
        try options.beforeStep(.makeDurable)
        try folders.sync()
        try options.beforeStep(.record)
        try write { database in
            if let sequence = draft.mustBeSent {
                try GenerationTable.setFlag("must_be_sent", of: sequence, to: true, database)
            }
            for row in try GenerationTable.rows(of: dataset, database)
            where row.isCurrent && row.generation.year == draft.row.generation.year {
                try GenerationTable.setFlag("is_current", of: row.sequence, to: false, database)
            }
            try GenerationTable.forgetContent(withInode: draft.row.contentInode, database)
            try draft.row.insert(database)
            try Counter.stagedBytes.set(try Counter.stagedBytes.value(database) + draft.footprint, database)
            try Sightings.record(nil, dataset, draft.row.generation.year, database)
            if let memory = draft.memory {
                let year = draft.row.generation.year
                try Memories.record(CollectorMemory(year: year, bytes: memory), dataset, database)
            }
            try releaseGenerations(of: dataset, database)
        }
    }
}
