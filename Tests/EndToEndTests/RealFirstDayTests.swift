import Foundation
import Testing

extension EndToEnd {
    /// Servers that are new or carelessly set up, with a real container.
    @Suite("A real school's first day and its identity", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealFirstDays {
        @Test("an empty server: its dump has no file and is complete, and lessons fill it and the rest")
        func empty() throws {
            let school = try CollectedSchool(in: Workspace())
            try school.dropAssessments()
            let data = "/usr/local/lib/clix-fixture/mongo_data.py"
            try school.real.shell("cp \(data) /tmp; echo 'COLLECTIONS = {name: {} for name in COLLECTIONS}' >>\(data)")
            try empty(school)

            let first = try school.command("collect", "--verbose").ended(with: 0)
            let folders = ["media", "rcs-repo", "nginx-logs", "gstudio_tools_logs", "assessment-media/repository"]
            for name in folders + ["db"] {
                #expect(first.errors.contains("\(name): 0 files, 0 bytes, complete\n"), "\(first)")
            }
            let check = try school.command("check")
            #expect(check.output.contains("gstudio-logs: not on this machine: there is no folder "), "\(check)")
            try school.command("sources").ended(with: 0)
            try school.command("status").ended(with: 0)

            try school.real.shell("cp /tmp/mongo_data.py \(data)")
            try school.real.request(2, tag: "lesson")
            try school.command("collect").ended(with: 0)
            try school.expectDatabaseHealed("the second day")
            let logs = try FileTree("\(school.real.core)/data/nginx-logs")
            #expect(try school.staged("nginx-logs").differencesOfLines(from: logs) == [])
            #expect(!logs.files.isEmpty)
        }

        /// Leaves the databases' files, the settings and empty folders, as an installation makes them.
        private func empty(_ school: CollectedSchool) throws {
            let script = """
                cd "$0"
                rm -rf assesment-datastore/* unplatform/*
                find data -mindepth 1 -maxdepth 1 ! -name db ! -name '*_settings.py' -exec rm -rf {} +
                mkdir -p data/{media,rcs-repo,nginx-logs,gstudio_tools_logs} assesment-datastore/repository
                """
            try ChildProcess.run("bash", ["-euc", script, school.real.core]).ended(with: 0)
            try school.real.shell("kill -USR1 $(cat /run/nginx.pid)")
            _ = try school.real.sql("TRUNCATE auth_user, django_session")
        }

        @Test("untidy identities: collections go where scripts expect them, and heartbeats say whose they are")
        func identities() throws {
            let school = try CollectedSchool(in: Workspace())
            try school.dropAssessments()
            let few = ["system-heartbeat", "server_settings.py", "postgres-dump"]
            for (id, code, name, directory, datasets) in [
                ("ct131", "", "Govt. H/S & Hostel", "ct/-ct131", few),
                ("tg350", "NA", "ZPHS, Foo", "tg/NA-tg350", few),
                // Broken Python: only what reads it as text sees it.
                ("mz151", "2039151", "St. Foo's H/S (Deficit)", "mz/2039151-mz151", []),
                ("rj281", nil, nil, "rj/-rj281", few),
                // As the standard's drawing has it.
                ("mz1", "02031001", "Govt. H/S", "mz/02031001-mz1", few),
                // A training server.
                ("mztpd3", "", "Training", "mz/-mztpd3", few),
            ] {
                let machine = try SchoolMachine(
                    in: school.workspace, named: id, url: "https://127.0.0.1:9", source: school.real.source,
                    sourceLines: school.real.sourceLines)
                try school.setIdentity(id, code: code, name: name)
                try school.ended(machine.start(["collect"] + datasets)).ended(with: 0)
                let folder = "\(machine.staging)/tree/\(collectionYear)/\(directory)/gstudio"
                if datasets.isEmpty { #expect(try Level.levelFour.isSubset(of: names(folder)), "\(id)") }
                let heartbeat = try #require(
                    try names("\(folder)/system-heartbeat").first {
                        $0.hasPrefix("system-heartbeat-\(collectionYear)")
                    })
                let text = try String(contentsOfFile: "\(folder)/system-heartbeat/\(heartbeat)", encoding: .utf8)
                let lines = "server id : \(id)\nschool id : \(code ?? "")\nschool name : \(name ?? "")\n"
                #expect(text.contains(lines), "\(text.prefix(400))")
                let settings = try String(contentsOfFile: "\(folder)/server_settings.py", encoding: .utf8)
                #expect(settings.hasPrefix("GSTUDIO_INSTITUTE_ID ='\(id)'\n"))
            }
            try expectUnsetRefused(school)
        }

        /// An identity that nobody has set, on two machines: one sentence, before anything is dumped; once somebody says
        /// who they are, each has a folder of its own.
        private func expectUnsetRefused(_ school: CollectedSchool) throws {
            try school.setIdentity("sp100", code: "00000000", name: "clix-default")
            for number in ["180", "181"] {
                func machine(_ extra: String) throws -> SchoolMachine {
                    try SchoolMachine(
                        in: school.workspace, named: "sp100-\(number)", url: "https://127.0.0.1:9",
                        source: school.real.source, sourceLines: school.real.sourceLines, extra: extra)
                }
                let unset = try machine("")
                let refused = try school.ended(unset.start("collect")).ended(with: 78)
                #expect(refused.errors.split(separator: "\n").count == 1, "\(refused)")
                #expect(refused.errors.contains("or GSTUDIO_INSTITUTE_ID in server_settings.py"), "\(refused)")
                #expect(try names(unset.staging) == [])

                let set = try machine("[school]\nserver_id = \"mz\(number)\"\nschool_code = \"2039\(number)\"")
                try school.ended(set.start("collect", "server_settings.py")).ended(with: 0)
                let states = "\(set.staging)/tree/\(collectionYear)"
                #expect(try names(states) == ["mz"])
                #expect(try names("\(states)/mz") == ["2039\(number)-mz\(number)"])
            }
        }

        private func names(_ folder: String) throws -> Set<String> {
            Set(try FileManager.default.contentsOfDirectory(atPath: folder))
        }
    }
}
