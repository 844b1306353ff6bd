import Foundation
import Testing

extension EndToEnd {
    @Suite("The end of a year", .needsPowerCuts)
    struct EndedYears {
        @Test("whose last state lost a picture before it was sent: after a power cut it comes without it, and names it")
        func lostPicture() throws {
            let workspace = try Workspace()
            let disk = try LoopDisk(in: workspace, megabytes: 256)
            let clock = try SteppedClock(in: workspace, named: "all")
            // 2027-12-31 and 2028-01-01, noon in India.
            let noon: Int64 = 1_830_234_600
            try clock.boot(1, wall: noon)
            let store = try StoreProcess(in: workspace, environment: clock.environment)
            try store.serve()
            let school = try SchoolMachine(
                in: workspace, url: store.url, staging: "\(disk.mountPoint)/staging")
            try school.make("--small")
            func run(_ arguments: String...) throws -> ChildProcess.Finished {
                try ChildProcess.run(
                    Built.collectd, arguments + ["--config", school.configuration], environment: clock.environment
                ).ended(with: 0)
            }
            _ = try run("enroll", "--store", store.url, "--code", store.addSchool())
            _ = try run("collect", "media")
            let media = "\(school.source)/home/core/data/media"
            let before = try FileTree(media).files
            let picture = "help_videos/How to log in, step 1.mp4"
            try FileManager.default.removeItem(atPath: "\(media)/\(picture)")

            try clock.boot(2, wall: noon + 86_400)
            let told = try run("collect", "media")
            #expect(told.errors.contains("media: the last state of 2027 goes to the store without"), "\(told)")
            try disk.cutPower()
            try disk.powerOn()
            _ = try run("upload", "media")

            let log = try store.command("log", "mz150", "media", "--verbose").ended(with: 0)
            #expect(log.output.contains("partial (1 missing)") && log.errors.contains(picture), "\(log)")
            for year in ["2027", "2028"] {
                let there = try FileTree("\(store.tree)/\(year)/mz/2039150-mz150/gstudio/media").files
                #expect(Set(there.keys) == Set(before.keys).subtracting([picture]), "\(year)")
            }
            try store.verifyEverything()
        }
    }
}
