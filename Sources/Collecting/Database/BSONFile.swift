import CBSON
import Glibc

/// A collection's dump: BSON documents one behind the other (bsonspec.org), as `mongodump` writes them.
enum BSONFile {
    /// What a look at every document finds.
    enum Finding: Hashable, Sendable {
        /// To its last byte; an empty collection has none.
        case whole(documents: UInt64)
        /// Whole documents up to `offset`, and then something that is none: the dump was cut, or is damaged.
        case broken(documents: UInt64, offset: UInt64)
    }

    /// How deep documents lie in one another at most: MongoDB takes no deeper ones than 100, and a few more as they come.
    private static let deepest: Int32 = 200

    /// Reads to the end, with no more than the largest document in memory (16 MiB, MongoDB's limit).
    /// - Parameter file: open for reading, at its start; stays open.
    static func check(_ file: Int32) -> Finding {
        var facts = stat()
        guard fstat(file, &facts) == 0, let reader = bson_reader_new_from_fd(file, false) else {
            return .broken(documents: 0, offset: 0)
        }
        defer { bson_reader_destroy(reader) }
        var documents: UInt64 = 0
        var isAtEnd = false
        var offset = bson_reader_tell(reader)
        while let document = bson_reader_read(reader, &isAtEnd) {
            guard clix_bson_is_whole(document, deepest) else { break }
            documents += 1
            offset = bson_reader_tell(reader)
        }
        // To the reader, too few bytes for another document's length are an end as well.
        return isAtEnd && offset == facts.st_size
            ? .whole(documents: documents) : .broken(documents: documents, offset: UInt64(max(0, offset)))
    }

    /// What is wrong with one that is broken, as a clause that reads on after its name.
    static func cutText(_ documents: UInt64, _ offset: UInt64) -> String {
        "is cut after \(documents) documents, \(offset) bytes"
    }
}
