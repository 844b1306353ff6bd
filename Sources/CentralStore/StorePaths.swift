/// Where things lie in a store's data directory.
struct StorePaths: Sendable {
    let data: String

    var packs: String { data + "/packs" }
    var catalog: String { data + "/catalog.sqlite" }
    /// Where a catalog is made anew before it takes the other's place.
    var newCatalog: String { data + "/catalog.sqlite.new" }
    /// Beside a catalog that must not be used any more.
    var suspectMark: String { data + "/catalog.suspect" }
    var incoming: String { data + "/incoming" }
    var lock: String { data + "/lock" }
}
