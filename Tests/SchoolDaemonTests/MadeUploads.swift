import LevelTree
import Wire

@testable import SchoolDaemon
@testable import Staging
@testable import Uploading

extension UploadReport.Entry {
    static func made(_ name: String, _ ending: Ending? = nil) throws -> UploadReport.Entry {
        let generation = try Generation.made(.of(name))
        return UploadReport.Entry(
            dataset: generation.dataset, year: generation.year, sequence: generation.sequence,
            ending: try ending ?? .committed(.made(generation)), outcome: generation.outcome, files: generation.files,
            bytes: generation.bytes, wire: WireBytes(up: 2000, down: 300), chunks: 3, frames: 1)
    }
}

extension UploadReport.Slice {
    static func made(_ name: String, _ files: UInt64) throws -> UploadReport.Slice {
        let generation = try Generation.made(.of(name))
        return UploadReport.Slice(
            dataset: generation.dataset, year: generation.year, sequence: generation.sequence, files: files,
            allFiles: 17_000)
    }
}

extension Receipt {
    /// Nobody looks at its signature.
    static func made(_ generation: Generation, received: Int64 = 1_800_000_000_000) throws -> Receipt {
        let id = String(repeating: "ab", count: 32)
        let text = """
            {"installation":"i-0000000000000001","dataset":"\(generation.dataset)","year":\(generation.year),\
            "sequence":\(generation.sequence),"manifest":"\(id)","snapshot":"\(id)","received":\(received),\
            "signature":""}
            """
        return try WireCoding.decode(Receipt.self, from: Array(text.utf8))
    }
}
