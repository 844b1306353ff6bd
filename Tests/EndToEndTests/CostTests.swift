import Foundation
import Testing

extension EndToEnd {
    /// What a collection costs a machine that is a school's server at the same time, as the kernel counts it: by no clock
    /// on the wall. `Benchmarks/unchanged-pass.sh` holds the optimised program to the promise itself.
    @Suite("What a collection costs", .timeLimit(.minutes(10)))
    struct Cost {
        #if DEBUG
            /// The promise is 1 s and 40 MB, of the optimised program. Without optimisation it takes 1.5 s and 50 MB, 29 MB of
            /// which are the program's own pages; one that reads all contents again takes more than 7 s.
            private static let limits = (seconds: 3.0, megabytes: 60.0)
        #else
            private static let limits = (seconds: 1.0, megabytes: 40.0)
        #endif
        private static let generator = "tools/make_level_tree.py"

        @Test(
            "of 51,000 files and 0.9 GB that have not changed is what it takes to look at them", .needsShared(generator)
        )
        func unchanged() throws {
            let workspace = try Workspace()
            let data = workspace.path("data")
            let school = try SchoolMachine(
                in: workspace, url: "https://127.0.0.1:9",
                sourceLines: SchoolMachine.sourceLines(data: data, assessmentStore: "\(data)/assessment-media"))
            let make = ["\(Project.shared)/\(Self.generator)", data, "--school", "1", "--day", "0", "--quiet"]
            try ChildProcess.run("python3", ["-B"] + make + ["--scale", "1"], within: 300).ended(with: 0)

            try school.collect()
            // What changed within the last moment before it was read is read once more, as git does.
            try school.collect()
            let again = try school.cost(of: "collect")
            print("a collection of nothing new: \(again.seconds) CPU s, \(again.megabytes) MB")
            #expect(again.seconds <= Self.limits.seconds)
            #expect(again.megabytes <= Self.limits.megabytes)
        }

        @Test(
            "of a log that grew by 264 MB in an hour: it takes no more memory, and every line is there once, in order")
        func log() throws {
            let workspace = try Workspace()
            let school = try SchoolMachine(in: workspace, url: "https://127.0.0.1:9")
            try school.make()
            let log = "\(school.source)/home/core/data/nginx-logs/school.server.org.access.log"
            func grow(_ lines: Int) throws {
                let script = """
                    import sys
                    line = f'192.168.1.23 - - [01/Sep/2018:18:22:01 +0530] "GET /%d HTTP/1.1" 200 12 "-" "{"x" * 200}"\\n'
                    with open(sys.argv[1], "a") as log: log.writelines(line % number for number in range(int(sys.argv[2])))
                    """
                try ChildProcess.run("python3", ["-c", script, log, String(lines)]).ended(with: 0)
            }
            try Data().write(to: URL(fileURLWithPath: log))
            try grow(1000)
            let small = try school.cost(of: "collect", "nginx-logs").megabytes
            try grow(950_000)
            let big = try school.cost(of: "collect", "nginx-logs").megabytes
            print("a log that grew by 264 MB: \(big) MB after \(small) MB")
            let size = try #require(FileManager.default.attributesOfItem(atPath: log)[.size] as? Int)
            #expect(size > 264_000_000)
            #expect(big <= Self.limits.megabytes)
            #expect(big <= small + 8)
            let folder = "\(school.staging)/tree/\(collectionYear)/mz/2039150-mz150/gstudio/nginx-logs"
            try ChildProcess.succeed("cmp", log, "\(folder)/school.server.org.access-20180901.log")
        }
    }
}
