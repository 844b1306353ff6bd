import Foundation
import Testing

extension EndToEnd {
    /// The platform's own scripts, in a real container with stand-ins that write what the real ones write.
    @Suite("A real school's scripts", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealScripts {
        private static let progress = "gstudio-exported-users-analytics-csvs"
        private static let activity = "activity-timestamp-csvs"

        private func names(_ folder: String) throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: folder))
        }

        @Test(
            "make what they make, which is collected at once",
            arguments: [RealSchool.Layout.since2017, .since2018])
        func made(_ layout: RealSchool.Layout) throws {
            let school = try CollectedSchool(in: Workspace(), layout: layout)
            let data = "\(school.real.core)/data"
            let tree = "\(school.level2)/gstudio"

            let check = try school.command("check").output
            #expect(check.contains("script progress: the platform's own cron makes progress tables"))
            #expect(check.contains("script assessments: the platform's own cron makes assessment data"))
            #expect(check.contains("script activity-timestamps: the platform's own cron makes activity tables"))

            var made: Set<String> = []
            for (folder, script) in [(Self.progress, "progress"), (Self.activity, "activity-timestamps")] {
                let before = try names("\(data)/\(folder)")
                try school.command("run-script", script).ended(with: 0)
                let after = try names("\(data)/\(folder)")
                made = after.subtracting(before)
                #expect(!made.isEmpty)
                #expect(try names("\(tree)/\(folder)") == after)
            }
            // Those that lay there before name users that this database does not have.
            let user = try #require(
                made.compactMap { name in
                    name.hasPrefix("mz150-")
                        ? name.dropFirst("mz150-".count).components(separatedBy: "-activity-").first : nil
                }.first)
            try school.command("run-script", "activity-timestamps", "--user", user).ended(with: 0)
            try school.command("run-script", "assessments").ended(with: 0)
            let archive = try Data(contentsOf: URL(fileURLWithPath: "\(tree)/qbank_data.tar.gz"))
            #expect(try archive == Data(contentsOf: URL(fileURLWithPath: "\(data)/qbank/qbank_data.tar.gz")))
        }

        @Test("end with 1 where they fail, quoting them, and with 75 beside one that runs, ours or the platform's")
        func endings() throws {
            let school = try CollectedSchool(in: Workspace())
            let program = "export_users_analytics"
            let said =
                "no made-up-password, pbkdf2_sha256$12000$made$up= at https://me:made-up-token-9@git.example.org/x"
            try school.real.knobs.turn("fail", of: program, to: "3 IOError: \(said)")
            let failed = try school.command("run-script", "progress").ended(with: 1)
            let masked = "IOError: no ***, *** at https://***@git.example.org/x"
            #expect(failed.errors.contains("ended with status 3; the last that it said:\n  \(masked)\n"), "\(failed)")
            try school.real.knobs.release("fail", of: program)
            let unknown = try school.command("run-script", "activity-timestamps", "--user", "nobody-mz150")
            #expect(unknown.code == 1)
            #expect(unknown.errors.contains("nobody-mz150"))

            try school.real.knobs.turn("hold", of: program, to: "1")
            let ours = try school.machine.start("run-script", "progress")
            try school.real.knobs.waitUntilHeld(program)
            #expect(try school.command("run-script", "assessments").code == 75)
            try school.real.knobs.release("hold", of: program)
            try school.ended(ours).ended(with: 0)

            try school.real.knobs.turn("hold", of: program, to: "1")
            let analytics = "/home/docker/code/scripts/analytics.sh"
            let cron = try school.real.engine.start(["exec", RealSchool.container, "bash", analytics])
            try school.real.knobs.waitUntilHeld(program)
            let busy = try school.command("run-script", "progress")
            #expect(busy.code == 75)
            #expect(busy.errors.contains("is busy"))
            try school.real.knobs.release("hold", of: program)
            try cron.wait().ended(with: 0)

            try school.real.docker("stop", "--time", "0", RealSchool.container)
            let stopped = try school.command("run-script", "progress")
            #expect(stopped.code == 69)
            #expect(stopped.errors.contains("docker start gstudio"))
        }

        @Test("that take too long are ended, and nothing is left of them inside")
        func late() throws {
            let school = try CollectedSchool(in: Workspace(), extra: "[run.progress]\ntimeout = \"2s\"")
            try school.real.knobs.turn("hold", of: "export_users_analytics", to: "0")
            let late = try school.command("run-script", "progress")
            #expect(late.code == 1)
            #expect(late.errors.contains("raise timeout under [run.progress]"))
            #expect(try !school.real.isRunning("export_users_analytics"))
        }
    }
}
