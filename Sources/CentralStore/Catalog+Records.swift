import Content
import GRDB
import LevelTree
import Wire

extension Catalog {
    /// Applies one record; part of `apply(_:packs:facts:)`.
    func apply(_ record: StoreRecord, _ db: Database) throws {
        switch record {
        case .schoolAdded(let fact): try apply(fact, db)
        case .schoolChanged(let fact): try apply(fact, db)
        case .codeMade(let fact):
            try db.execute(
                sql: "INSERT OR IGNORE INTO code (secret_hash, school, made, expires) VALUES (?, ?, ?, ?)",
                arguments: [
                    fact.secretHash.databaseValue, try Catalog.schoolNumber(fact.server, db), fact.made, fact.expires,
                ])
        case .enrolled(let fact): try apply(fact, db)
        case .revoked(let fact):
            try revoke(fact.installations, at: fact.at, db)
            for code in fact.codes {
                try db.execute(
                    sql: "UPDATE code SET voided = ? WHERE secret_hash = ?", arguments: [fact.at, code.databaseValue])
            }
        case .snapshot(let fact): try apply(fact, db)
        case .forkSeen(let fact): try apply(fact, db)
        case .seeded(let fact):
            try db.execute(
                sql: "INSERT INTO seed (name, files, bytes, at) VALUES (?, ?, ?, ?)",
                arguments: [fact.name, Int64(fact.files), Int64(fact.bytes), fact.at])
        case .reported(let fact):
            let school = try Catalog.schoolNumber(fact.server, db)
            try keepReport(WireCoding.encode(fact.report), of: school, at: fact.at, db)
        }
    }

    func keepReport(_ report: [UInt8], of school: Int64, at: Int64, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO report (school, at, report) VALUES (?, ?, ?)",
            arguments: [school, at, report.databaseValue])
    }

    private func apply(_ fact: StoreRecord.SchoolAdded, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO school (server, code, name, listed_code, listed_name, added)
                VALUES (?1, ?2, ?3, ?2, ?3, ?4)
                """,
            arguments: [fact.server.text, fact.code.text, fact.name, fact.at])
    }

    private func apply(_ fact: StoreRecord.SchoolChanged, _ db: Database) throws {
        let school = try Catalog.schoolNumber(fact.server, db)
        if let code = fact.code {
            try db.execute(
                sql: "UPDATE school SET code = ?1, listed_code = ?1 WHERE number = ?2", arguments: [code.text, school])
        }
        if let name = fact.name {
            try db.execute(
                sql: "UPDATE school SET name = ?1, listed_name = ?1 WHERE number = ?2", arguments: [name, school])
        }
    }

    private func apply(_ fact: StoreRecord.Enrolled, _ db: Database) throws {
        let school = try Catalog.schoolNumber(fact.server, db)
        try revoke(fact.revokes, at: fact.at, db)
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO installation (id, school, token_hash, signing_key, enrolled)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                fact.installation.text, school, fact.tokenHash.databaseValue, fact.signingKey, fact.at,
            ])
        try db.execute(
            sql: "UPDATE code SET used = ?, installation = ? WHERE secret_hash = ?",
            arguments: [fact.at, fact.installation.text, fact.secretHash.databaseValue])
        // The server's own settings decide; the operator's list stays beside them.
        try db.execute(
            sql: "UPDATE school SET code = ?, name = ? WHERE number = ?",
            arguments: [fact.code.text, fact.name, school])
    }

    private func revoke(_ installations: [InstallationID], at: Int64, _ db: Database) throws {
        for installation in installations {
            try db.execute(
                sql: "UPDATE installation SET revoked = coalesce(revoked, ?) WHERE id = ?",
                arguments: [at, installation.text])
        }
    }

    private func apply(_ fact: SnapshotRecord, _ db: Database) throws {
        let school = try Catalog.schoolNumber(fact.school, db)
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO snapshot (id, school, installation, dataset, year, sequence, received, record)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                fact.id.databaseValue, school, fact.installation.text, fact.dataset.name, fact.year.number,
                Int64(bitPattern: fact.sequence), fact.received, try WireCoding.encode(fact).databaseValue,
            ])
        guard db.changesCount > 0 else { return }
        try db.execute(
            sql: "INSERT OR REPLACE INTO head (school, dataset, year, snapshot) VALUES (?, ?, ?, ?)",
            arguments: [school, fact.dataset.name, fact.year.number, db.lastInsertedRowID])
        try db.execute(
            sql: "UPDATE school SET pending = max(0, pending - ?) WHERE number = ?",
            arguments: [Int64(fact.settledBytes), school])
    }

    private func apply(_ fact: StoreRecord.ForkSeen, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO fork (school, installation, dataset, year, sequence, snapshot, at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                try Catalog.schoolNumber(fact.server, db), fact.installation.text, fact.dataset.name, fact.year.number,
                Int64(bitPattern: fact.sequence), fact.snapshot.databaseValue, fact.at,
            ])
    }

    /// - Throws: `StoreError` with code `damaged`: records of a school follow the one that adds it.
    static func schoolNumber(_ id: ServerID, _ db: Database) throws -> Int64 {
        let find = try db.cachedStatement(sql: "SELECT number FROM school WHERE server = ?")
        guard let number = try Int64.fetchOne(find, arguments: [id.text]) else {
            throw StoreError(.damaged, "a pack tells of the school \(id) before it was added")
        }
        return number
    }
}
