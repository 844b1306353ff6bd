import GRDB

extension Catalog {
    /// Everything that packs tell, as lines: two catalogs of the same packs give the same.
    ///
    /// - Parameter body: called for each line.
    func dump(_ body: (String) throws -> Void) throws {
        try read { db in
            for table in Catalog.told {
                let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(table.name) ORDER BY \(table.order)")
                while let row = try rows.next() {
                    try body(table.name + " " + row.map { "\($0)=\(Catalog.text($1))" }.joined(separator: " "))
                }
            }
        }
    }

    private static func text(_ value: DatabaseValue) -> String {
        if case .blob(let data) = value.storage { return data.map { String($0, radix: 16) }.joined(separator: ".") }
        return value.description
    }

    /// The tables that follow from packs alone, and an order that follows from their content.
    private static let told: [(name: String, order: String)] = [
        ("position", "id"), ("pack", "number"), ("block", "number"), ("chunk", "number"), ("brought", "school, chunk"),
        ("seed", "number"), ("school", "number"), ("code", "secret_hash"), ("installation", "number"),
        ("snapshot", "number"), ("head", "school, dataset, year"), ("fork", "number"),
    ]
}
