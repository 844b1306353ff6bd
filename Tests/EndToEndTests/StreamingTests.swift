import Foundation
import Testing

extension EndToEnd {
    /// `Benchmarks/many-files.sh` has the optimised programs' figures, for 2 GB, 200,000 files and a manifest of 30 MB.
    @Suite("Memory, whatever there is to send", .timeLimit(.minutes(10)))
    struct Streaming {
        /// What memory may differ by from run to run. A program that held the file would take 80 MB more.
        private static let difference = (school: 12.0, store: 48 << 20)

        @Test("is the same for a file of 96 MB and for one of 12 MB, at the school and at the store")
        func bigFile() throws {
            let scene = try Scene()
            let folder = "\(scene.school.source)/home/core/data/media"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            func bring(_ megabytes: Int, as name: String) throws -> (school: Double, store: Int) {
                let path = "\(folder)/\(name)"
                try ChildProcess.succeed("dd", "if=/dev/urandom", "of=\(path)", "bs=1MB", "count=\(megabytes)")
                let collect = try scene.school.cost(of: "collect").megabytes
                let upload = try scene.school.cost(of: "upload").megabytes
                try ChildProcess.succeed("cmp", path, "\(scene.tree)/gstudio/media/\(name)")
                return (max(collect, upload), try scene.store.memoryPeak())
            }
            let small = try bring(12, as: "lesson.mp4")
            let big = try bring(96, as: "film.mp4")
            print("a file of 96 MB: \(big) after \(small) for one of 12 MB")
            #expect(big.school <= small.school + Self.difference.school)
            #expect(big.store <= small.store + Self.difference.store)
        }
    }
}
