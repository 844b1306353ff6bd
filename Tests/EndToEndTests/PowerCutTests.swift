import Content
import Foundation
import Testing

extension EndToEnd {
    /// The filesystem is shut down without a flush right after a promise, the programs are killed, the disk is mounted
    /// again: what was promised is there.
    @Suite("Power cuts", .needsPowerCuts)
    struct PowerCuts {
        static func cut(_ disk: LoopDisk, ending store: StoreProcess) throws {
            try disk.cutPower()
            store.kill()
            try disk.powerOn()
            try store.serve()
        }

        @Test("the store has every frame that it acknowledged")
        func frames() throws {
            let workspace = try Workspace()
            let disk = try LoopDisk(in: workspace, megabytes: 256)
            let store = try StoreProcess(in: workspace, data: "\(disk.mountPoint)/store")
            try store.serve()
            let school = try HandmadeSchool(at: store, in: workspace, code: store.addSchool())
            var kept: [ChunkID] = []
            for round in 0..<3 {
                let content = [UInt8](repeating: UInt8(round), count: 20_000 + round)
                let frame = try HandmadeSchool.frame([content])
                #expect(try school.send(frame).status == 201)
                try PowerCuts.cut(disk, ending: store)

                kept.append(ChunkID(hashing: content))
                #expect(try school.missing(kept) == kept.map { _ in false })
                let head = try school.curl("HEAD", "/v1/frames/\(ChunkID(hashing: frame).hex)")
                #expect(head.headers["upload-complete"] == "?1")
            }
            try store.verifyEverything()
        }

        @Test("the store has every snapshot that it gave a receipt for, and shows it in the tree")
        func receipts() throws {
            let workspace = try Workspace()
            let disk = try LoopDisk(in: workspace, megabytes: 256)
            let store = try StoreProcess(in: workspace, data: "\(disk.mountPoint)/store")
            try store.serve()
            let school = try HandmadeSchool(at: store, in: workspace, code: store.addSchool())
            var parent: ChunkID?
            for round in 1...3 {
                let text = "round \(round)\n"
                let file = HandmadeSchool.File(path: "\(round).log", content: Array(text.utf8))
                let receipt = try school.publish([file], sequence: UInt64(round), parent: parent)
                try PowerCuts.cut(disk, ending: store)

                parent = receipt.snapshot
                #expect(try store.snapshotCount(of: "gstudio-logs") == round)
                let tree = "\(store.tree)/\(collectionYear)/mz/2039150-mz150/gstudio/gstudio-logs"
                #expect(try String(contentsOfFile: "\(tree)/\(round).log", encoding: .utf8) == text)
                #expect(FileManager.default.fileExists(atPath: "\(tree)/1.log"), "accumulated")
                try store.verifyEverything()
            }
        }

        @Test("a school that was added, and its code, survive; so do an enrolment and a revocation")
        func schools() throws {
            let workspace = try Workspace()
            let disk = try LoopDisk(in: workspace, megabytes: 256)
            let store = try StoreProcess(in: workspace, data: "\(disk.mountPoint)/store")
            try store.serve()
            let code = try store.addSchool()
            try PowerCuts.cut(disk, ending: store)
            let school = try HandmadeSchool(at: store, in: workspace, code: code)
            try PowerCuts.cut(disk, ending: store)
            #expect(try school.curl("GET", "/v1/hello").status == 200)
            try store.command("school", "revoke", "mz150").ended(with: 0)
            try PowerCuts.cut(disk, ending: store)
            #expect(try school.curl("GET", "/v1/hello").problem?.type == .revoked)
        }

        @Test("a school's machine keeps its enrolment, its staged tree and its receipts")
        func staging() throws {
            let workspace = try Workspace()
            let disk = try LoopDisk(in: workspace, megabytes: 512)
            let scene = try Scene(
                withProxy: true, staging: "\(disk.mountPoint)/staging", in: workspace)
            let proxy = try #require(scene.proxy)
            func cut() throws {
                try disk.cutPower()
                try disk.powerOn()
            }
            try cut()
            try scene.school.collect()
            let staged = try FileTree("\(scene.school.staging)/tree", followingLinks: true)
            try cut()
            #expect(
                try FileTree("\(scene.school.staging)/tree", followingLinks: true)
                    .differences(from: staged, .bytesTimesAndModes) == [])
            try scene.school.upload()
            try cut()

            #expect(try scene.differences() == [])
            let before = proxy.counts
            try scene.school.upload()
            #expect(proxy.counts.up - before.up < 5000, "what has a receipt is not sent again")
            try scene.store.verifyEverything()
        }

        @Test("a school's machine remembers which frames were acknowledged")
        func acknowledgedFrames() throws {
            // Needed: the bytes of an undisturbed upload of the same data.
            let undisturbed = try Scene(withProxy: true, make: ["--big-mb", "12"])
            try undisturbed.school.collect()
            try undisturbed.school.upload()
            let needed = try #require(undisturbed.proxy).counts.up

            let workspace = try Workspace()
            let disk = try LoopDisk(in: workspace, megabytes: 512)
            let scene = try Scene(
                withProxy: true, staging: "\(disk.mountPoint)/staging", in: workspace, make: ["--big-mb", "12"])
            let proxy = try #require(scene.proxy)
            try scene.school.collect()
            let cuts = [0.3, 0.8]
            for part in cuts {
                let upload = try scene.school.start("upload")
                let reached = DispatchSemaphore(value: 0)
                proxy.whenSent(Int(Double(needed) * part)) { reached.signal() }
                #expect(reached.wait(timeout: .now() + 120) == .success)
                try disk.cutPower()
                upload.signal(SIGKILL)
                _ = try upload.wait()
                try disk.powerOn()
            }
            try scene.school.upload()
            #expect(try scene.differences() == [])
            try scene.store.verifyEverything()
            // A cut costs the frame in flight, and the one whose acknowledgement the disk no longer took: not what was
            // acknowledged before.
            let twice = proxy.counts.up - needed
            #expect(twice < cuts.count * 2 * FrameLimits.usualContent, "sent \(twice) bytes again")
        }
    }
}
