import Foundation
import Testing

extension EndToEnd {
    @Suite("Full disks", .needsMemoryDisks)
    struct FullDisks {
        @Test("a full disk at the store: the school keeps all, is told to come again, and goes on after space returns")
        func fullStore() throws {
            let workspace = try Workspace()
            let disk = try MemoryDisk(in: workspace, megabytes: 12, name: "store-disk")
            let scene = try Scene(
                storeData: "\(disk.mountPoint)/store", in: workspace, make: ["--big-mb", "20"])
            try scene.school.collect()
            let full = try scene.school.command("upload").ended(with: 75)
            let words = full.output + full.errors
            #expect(words.contains("full") || words.contains("space"), "\(words)")
            #expect(try scene.store.command("status").code == 0, "the store is still there")

            try disk.resize(megabytes: 200)
            try scene.school.upload()
            #expect(try scene.differences() == [])
            try scene.store.verifyEverything()
        }

        @Test("a full staging disk at the school: nothing half is published, and it goes on after space returns")
        func fullStaging() throws {
            let workspace = try Workspace()
            let disk = try MemoryDisk(in: workspace, megabytes: 3, name: "staging-disk")
            let scene = try Scene(staging: "\(disk.mountPoint)/staging", in: workspace)
            // With 1 where what had no room was only a log's next lines.
            let full = try scene.school.command("collect")
            let words = full.output + full.errors
            #expect([75, 1].contains(full.code), "\(full)")
            #expect(["space", "full", "room"].contains { words.contains($0) }, "\(full)")
            let level2 = "\(scene.school.staging)/tree/\(collectionYear)/mz/2039150-mz150"
            for level in Level.folders where level.madeHere == nil {
                let staged = try FileTree("\(level2)/\(level.path)", followingLinks: true, ifPresent: true)
                guard !staged.files.isEmpty else { continue }
                let source = try FileTree("\(scene.school.source)/\(level.source)")
                #expect(try staged.differences(from: source, .bytesTimesAndModes) == [], "\(level.path)")
            }

            try disk.resize(megabytes: 200)
            try scene.school.collect()
            try scene.school.upload()
            #expect(try scene.differences() == [])
            try scene.store.verifyEverything()
        }
    }
}
