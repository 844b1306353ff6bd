import Foundation
import Testing

extension EndToEnd {
    /// What the store shows of a very large set while most of it is still at the school.
    @Suite("A very large set")
    struct Slices {
        /// Two slices of 1,000 files and more than 16 MiB, and a rest that is worth waiting for.
        private static let (files, fileSize) = (2_300, 17_000)

        private func put(_ count: Int, into folder: String) throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let noise = try #require(FileHandle(forReadingAtPath: "/dev/urandom"))
            for number in 0..<count {
                let bytes = try #require(try noise.read(upToCount: Self.fileSize))
                try bytes.write(to: URL(fileURLWithPath: "\(folder)/lesson-\(number).mp3"))
            }
        }

        private func log(_ scene: Scene) throws -> [String] {
            try scene.store.command("log", "mz150", "media").ended(with: 0).lines
                .filter { $0.hasPrefix(collectionYear) }
        }

        @Test("is in the tree in part before all of it has come, and whole in the end, also where a kill comes between")
        func partThenWhole() throws {
            let scene = try Scene(withProxy: true)
            let proxy = try #require(scene.proxy)
            try put(Self.files, into: "\(scene.school.source)/home/core/data/media/lessons")
            try scene.school.collect()

            let upload = try scene.school.start("upload")
            let killed = DispatchSemaphore(value: 0)
            proxy.whenSent(25_000_000) {
                upload.signal(SIGKILL)
                killed.signal()
            }
            try #require(killed.wait(timeout: .now() + 120) == .success, "\(upload.text)")
            _ = try upload.wait().ended(with: 128 + SIGKILL)
            try proxy.waitUntilIdle()

            #expect(try log(scene).map { $0.contains("partial (not sent yet)") } == [true])
            let media = "\(scene.tree)/gstudio/media"
            let there = try FileManager.default.contentsOfDirectory(atPath: "\(media)/lessons").count
            #expect((900..<Self.files).contains(there), "\(there)")
            let status = try scene.school.command("status")
            #expect(!status.output.contains("nothing waits to be sent"), "\(status.output)")

            let second = try scene.school.command("upload").ended(with: 0)
            #expect(try log(scene).map { $0.contains("not sent yet") } == [true, true, false], "\(second.errors)")
            #expect(try scene.differences() == [])
            try scene.store.verifyEverything()
        }
    }
}
