import FoundationEssentials
import GRDB
import Wire

/// The last report that the store took.
public struct AcknowledgedReport: Hashable, Sendable {
    public let report: Report
    /// When, by the store's clock, in seconds since 1970.
    public let storeSeconds: Int64

    public init(_ report: Report, storeSeconds: Int64) {
        self.report = report
        self.storeSeconds = storeSeconds
    }
}

extension Staging {
    /// Nil if this installation's store has taken none yet, or none that this version can read.
    /// - Throws: `StagingError` if the database cannot be read.
    public func acknowledgedReport() throws -> AcknowledgedReport? {
        try read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT report, at FROM acknowledged_report") else {
                return nil
            }
            let bytes: Data = row["report"]
            return (try? WireCoding.decode(Report.self, from: Array(bytes)))
                .map { AcknowledgedReport($0, storeSeconds: row["at"]) }
        }
    }

    /// Remembers that the store took it. Durable.
    /// - Throws: `StagingError`.
    public func acknowledge(_ taken: AcknowledgedReport) throws {
        let bytes = Data(try WireCoding.encode(taken.report))
        try write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO acknowledged_report VALUES (1, ?, ?)",
                arguments: [bytes, taken.storeSeconds])
        }
    }
}
