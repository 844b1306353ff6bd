import Foundation
import Testing

/// Dumps of `db` that are held in their middle, so that something can be done to them there.
extension CollectedSchool {
    static let nodes = "gstudio-mongodb/Nodes.bson"
    /// The collection that is held, as its knobs are named.
    static let heldProgram = "mongodump/gstudio-mongodb.Nodes"

    /// A school whose `db` was collected.
    static func withDatabase(memory: String? = nil) throws -> CollectedSchool {
        let school = try CollectedSchool(in: Workspace(), memory: memory)
        try school.dropAssessments()
        try school.command("collect", "db").ended(with: 0)
        return school
    }

    /// Begins a collection of `db` and waits until it is in the middle of one collection.
    func held(_ program: String = heldProgram, on machine: SchoolMachine? = nil) throws -> ChildProcess {
        try real.knobs.turn("hold", of: program, to: "1000")
        let collection = try (machine ?? self.machine).start("collect", "db", "--verbose")
        try real.knobs.waitUntilHeld(program)
        return collection
    }

    /// Where what was held has been killed.
    func forgetHeld(_ program: String = heldProgram) throws {
        try real.knobs.release("hold", of: program)
        // It cannot take its sign away itself.
        try? real.knobs.release("holding", of: program)
    }

    /// The next collection has all that the server holds by now, as pymongo's bson reads it.
    func expectDatabaseHealed(_ comment: Comment) throws {
        try command("collect", "db").ended(with: 0)
        let nodes = try staged("db").content(Self.nodes)
        #expect(try real.documents(in: nodes) == real.documents(of: "Nodes"), comment)
        #expect(try leftInside() == [], comment)
    }

    /// The same of `postgres-dump`, as a second server restores it.
    func expectUsersHealed() throws {
        _ = try real.sql("UPDATE django_session SET expire_date = now()")
        try command("collect", "postgres-dump").ended(with: 0)
        let dump = try staged("postgres-dump").content("pg_dump_all.sql")
        #expect(try real.rowCounts(afterRestoring: dump) == real.rowCounts())
    }
}
