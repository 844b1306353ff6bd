import Foundation
import Testing

extension EndToEnd {
    @Suite("Programs killed in the middle of an upload")
    struct Killed {
        /// Always the same numbers for the same seed (SplitMix64), so that a failure can be repeated.
        struct Seeded: RandomNumberGenerator {
            var state: UInt64
            mutating func next() -> UInt64 {
                state &+= 0x9E37_79B9_7F4A_7C15
                var mixed = state
                mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
                return mixed ^ (mixed >> 31)
            }
        }

        static let kills = 50
        static let collectionKills = 10
        static let data = ["--big-mb", "80"]
        /// Bytes a second. At the full speed of loopback, what lies in socket buffers when a program is killed would be
        /// most of the cost; and a busy machine must keep up with it.
        static let link = 5_000_000

        @Test("kill -9 of either program at 50 random moments costs less than five percent, and nothing of the data")
        func either() throws {
            let undisturbed = try Scene(withProxy: true, linkRate: Killed.link, make: Killed.data)
            try undisturbed.school.collect()
            try undisturbed.school.upload()
            let needed = try #require(undisturbed.proxy).counts.up

            let scene = try Scene(withProxy: true, linkRate: Killed.link, make: Killed.data)
            let proxy = try #require(scene.proxy)
            try scene.school.collect()
            var random = Seeded(state: 20_180_816)
            // One moment in each of 50 equal stretches of the upload, so that all of them lie inside of it.
            let enrolment = proxy.counts.up
            let stretch = (needed - enrolment) / (Killed.kills + 1)
            for kill in 0..<Killed.kills {
                let moment = enrolment + stretch * kill + Int.random(in: 0..<stretch, using: &random)
                let isSchool = Bool.random(using: &random)
                let upload = try scene.school.start("upload")
                let victim = isSchool ? upload : try #require(scene.store.serving)
                let killed = DispatchSemaphore(value: 0)
                proxy.whenSent(max(moment, proxy.counts.up + 1)) {
                    victim.signal(SIGKILL)
                    killed.signal()
                }
                try #require(
                    killed.wait(timeout: .now() + 120) == .success, "moment \(kill) never came: \(upload.text)")
                if isSchool {
                    _ = try upload.wait().ended(with: 128 + SIGKILL)
                    try proxy.waitUntilIdle()
                } else {
                    // Ending the school as well keeps the test from waiting for its patience; the kill was the store's.
                    scene.store.kill()
                    upload.signal(SIGTERM)
                    _ = try upload.wait()
                    try scene.store.serve()
                    proxy.follow(scene.store)
                }
            }
            try LostAnswers.persist { try scene.school.command("upload") }

            #expect(try scene.differences() == [])
            try scene.store.verifyEverything()
            let sent = proxy.counts.up
            #expect(Double(sent) / Double(needed) < 1.05, "sent \(sent), needed \(needed)")
        }

        @Test("kill -9 in the middle of a collection leaves whole generations only")
        func collection() throws {
            let scene = try Scene(make: ["--big-mb", "12"])
            let undisturbed = try SchoolMachine(
                in: scene.workspace, named: "undisturbed", url: scene.url, source: scene.school.source)
            try undisturbed.collect()
            let stretch = Killed.entries(below: undisturbed.staging) / (Killed.collectionKills + 1)
            let level2 = "\(scene.school.staging)/tree/\(collectionYear)/mz/2039150-mz150"
            var random = Seeded(state: 7)
            var hits = 0
            for kill in 0..<Killed.collectionKills {
                let pass = try scene.school.start("collect")
                // The moment is what staging has by then, not a time: the same on a slow machine. One lies in each
                // stretch, so that each pass has something left to do.
                let moment = stretch * kill + Int.random(in: 1...stretch, using: &random)
                Killed.wait(untilEntriesBelow: scene.school.staging, reach: moment, pass)
                pass.signal(SIGKILL)
                if try pass.wait().code == 128 + SIGKILL { hits += 1 }
                for level in Level.folders where level.madeHere == nil {
                    let staged = try FileTree("\(level2)/\(level.path)", followingLinks: true, ifPresent: true)
                    guard !staged.files.isEmpty else { continue }
                    let source = try FileTree("\(scene.school.source)/\(level.source)")
                    let differences =
                        try level.isFollowed
                        ? staged.differencesOfLines(from: source)
                        : staged.differences(from: source, .bytesTimesAndModes)
                    #expect(differences == [], "\(level.path)")
                }
            }
            #expect(hits >= Killed.collectionKills / 2, "passes that ended before their kill prove nothing")
            try scene.school.collect()
            try scene.school.upload()
            #expect(try scene.differences() == [])
        }

        /// Looks until a folder holds so many files and folders, or the program has ended. Bounded by the program's own
        /// end.
        static func wait(untilEntriesBelow folder: String, reach count: Int, _ process: ChildProcess) {
            let deadline = Date(timeIntervalSinceNow: 60)
            while process.isRunning, Date() < deadline, entries(below: folder) < count {}
        }

        private static func entries(below folder: String) -> Int {
            FileManager.default.enumerator(atPath: folder)?.allObjects.count ?? 0
        }
    }
}
