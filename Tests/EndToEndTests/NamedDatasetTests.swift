import Testing

extension EndToEnd {
    @Suite("Datasets that a person names")
    struct NamedDatasets {
        @Test("that are not on this machine are told of, and why; where all are collected they are no news")
        func absent() throws {
            let school = try SchoolMachine(in: Workspace(), url: "https://127.0.0.1:9")
            try school.make(day: 0, "--small")
            try ChildProcess.run("rm", ["-rf", "\(school.source)/home/core/data/gstudio-logs"]).ended(with: 0)
            let named = try school.command("collect", "gstudio-logs").ended(with: 0)
            #expect(named.errors.contains("gstudio-logs: not on this machine (there is no folder "), "\(named)")
            #expect(try !school.command("collect").errors.contains("gstudio-logs: not on this machine"))
        }
    }
}
