import Content
import FoundationEssentials
import GRDB
import LevelTree
import Wire

/// A school's row.
struct SchoolRow: Sendable {
    let number: Int64
    let server: ServerID
    let code: SchoolCode
    let name: String
    let listedCode: SchoolCode
    let listedName: String
    let pending: UInt64

    var identity: SchoolIdentity { SchoolIdentity(serverID: server, schoolCode: code, schoolName: name) }

    init(_ row: Row) throws {
        number = row["number"]
        server = try ServerID(row["server"])
        code = try SchoolCode(row["code"])
        name = row["name"]
        listedCode = try SchoolCode(row["listed_code"])
        listedName = row["listed_name"]
        pending = UInt64(max(0, row["pending"] as Int64))
    }
}

/// An enrolment code's row; the code itself is not known to the store.
struct CodeRow: Sendable {
    let school: ServerID
    let expires: Int64
    let used: Int64?
    let installation: InstallationID?
    let voided: Int64?
}

/// An installation's row.
struct InstallationRow: Sendable {
    let id: InstallationID
    let school: ServerID
    let schoolNumber: Int64
    let tokenHash: ChunkID
    let enrolled: Int64
    let revoked: Int64?

    fileprivate init(_ row: Row) throws {
        id = InstallationID(row["id"])
        school = try ServerID(row["server"])
        schoolNumber = row["school"]
        guard let hash = ChunkID(column: row["token_hash"]) else {
            throw StoreError(.damaged, "the catalog holds an installation without a token; run clix-store rebuild")
        }
        tokenHash = hash
        enrolled = row["enrolled"]
        revoked = row["revoked"]
    }
}

extension Catalog {
    func school(_ id: ServerID) throws -> SchoolRow? {
        try ask { db in
            let find = try db.cachedStatement(sql: "SELECT * FROM school WHERE server = ?")
            return try Row.fetchOne(find, arguments: [id.text]).map(SchoolRow.init)
        }
    }

    func code(secretHash: ChunkID) throws -> CodeRow? {
        try read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT school.server, expires, used, installation, voided
                    FROM code JOIN school ON school.number = code.school WHERE secret_hash = ?
                    """,
                arguments: [secretHash.databaseValue])
            return try row.map { row in
                CodeRow(
                    school: try ServerID(row["server"]), expires: row["expires"], used: row["used"],
                    installation: (row["installation"] as String?).map { InstallationID($0) }, voided: row["voided"])
            }
        }
    }

    /// Codes of a school that can still be used.
    func openCodes(school: Int64) throws -> [ChunkID] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT secret_hash FROM code WHERE school = ? AND used IS NULL AND voided IS NULL",
                arguments: [school]
            ).compactMap { ChunkID(column: $0["secret_hash"]) }
        }
    }

    func installation(tokenHash: ChunkID) throws -> InstallationRow? {
        try ask { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT installation.*, school.server FROM installation
                    JOIN school ON school.number = installation.school WHERE token_hash = ?
                    """)
            return try Row.fetchOne(find, arguments: [tokenHash.databaseValue]).map(InstallationRow.init)
        }
    }

    /// Installations of a school that were not revoked: one, or none.
    func activeInstallations(school: Int64) throws -> [InstallationID] {
        try read { db in
            try String.fetchAll(
                db, sql: "SELECT id FROM installation WHERE school = ? AND revoked IS NULL ORDER BY number",
                arguments: [school]
            ).map { InstallationID($0) }
        }
    }

    /// Every school, in the order of server ids: letters, then numbers as numbers.
    func summaries(quietBefore: Int64, contacts: [Int64: Int64]) throws -> [SchoolSummary] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT school.*, contact.at AS contact, report.report AS report, report.at AS reported,
                        active.id AS active_id, active.enrolled AS active_enrolled,
                        (SELECT count(*) FROM snapshot WHERE snapshot.school = school.number) AS snapshots,
                        (SELECT max(received) FROM snapshot WHERE snapshot.school = school.number) AS last_commit,
                        (SELECT count(*) FROM fork WHERE fork.school = school.number) AS forks
                    FROM school
                    LEFT JOIN contact ON contact.school = school.number
                    LEFT JOIN report ON report.school = school.number
                    LEFT JOIN installation AS active ON active.school = school.number AND active.revoked IS NULL
                    ORDER BY rtrim(server, '0123456789'), length(server), server
                    """)
            return try rows.map { try Catalog.summary($0, quietBefore, contacts) }
        }
    }

    private static func summary(_ row: Row, _ quietBefore: Int64, _ contacts: [Int64: Int64]) throws -> SchoolSummary {
        let school = try SchoolRow(row)
        let enrolled: Int64? = row["active_enrolled"]
        let lastCommit: Int64? = row["last_commit"]
        // The catalog's own note of contacts does not outlive a rebuild; commits and the enrolment do.
        let known = [contacts[school.number], row["contact"] as Int64?, lastCommit, enrolled]
        let lastContact = known.compactMap { $0 }.max()
        let reportBytes: Data? = row["report"]
        let report = reportBytes.flatMap { try? WireCoding.decode(Report.self, from: [UInt8]($0)) }
        let reported: Int64? = report == nil ? nil : row["reported"]
        // What a school says may be any number.
        let ahead = report.flatMap { report in reported.map { report.clock.subtractingReportingOverflow($0) } }
        return SchoolSummary(
            serverID: school.server, code: school.code, name: school.name, listedCode: school.listedCode,
            listedName: school.listedName, installation: (row["active_id"] as String?).map { InstallationID($0) },
            enrolled: enrolled, lastContact: lastContact, lastCommit: lastCommit,
            isQuiet: enrolled != nil && lastContact.map { $0 < quietBefore } ?? true, snapshots: row["snapshots"],
            pendingBytes: school.pending, forks: row["forks"],
            report: report, reported: reported, clockAhead: ahead.flatMap { $0.overflow ? nil : $0.partialValue })
    }

    func counts() throws -> (chunks: Int, common: Int, snapshots: Int) {
        try read { db in
            (
                try Int.fetchOne(db, sql: "SELECT count(*) FROM chunk") ?? 0,
                try Int.fetchOne(db, sql: "SELECT count(*) FROM chunk WHERE common = 1") ?? 0,
                try Int.fetchOne(db, sql: "SELECT count(*) FROM snapshot") ?? 0
            )
        }
    }
}
