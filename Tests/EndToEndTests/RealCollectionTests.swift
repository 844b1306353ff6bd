import Foundation
import Testing

extension EndToEnd {
    /// What is collected of a real server, against what its engines hold.
    @Suite("A real school's collection", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealCollections {
        @Test("fills every item of the standard with what the server holds, travels, and prints no secret")
        func whole() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            let school = try CollectedSchool(in: workspace, url: store.url)
            let code = try store.addSchool()
            try school.command("enroll", "--store", store.url, "--code", code).ended(with: 0)
            // A commit that tells a token, as somebody's hurried one does.
            let leak = "fetched from https://deployer:made-up-token-9@git.example.org/gstudio.git"
            try school.real.shell(
                "git -C /home/docker/code/gstudio -c user.name=Made -c user.email=made@example.org commit -q "
                    + "--allow-empty -m '\(leak)'")
            try school.real.request(3, tag: "first")
            let careless = try CarelessProgram()

            try school.command("check").ended(with: 0, 1)
            try school.command("sources").ended(with: 0)
            try school.command("collect", "--verbose").ended(with: 0)
            try school.command("status").ended(with: 0)
            try school.command("status", "--json").ended(with: 0)

            try careless.expectSeenMasked(in: school)
            try compareFolders(school)
            try compareDatabases(school)
            try comparePostgres(school)
            try compareGit(school)
            try compareNginx(school)

            try school.command("upload", "--verbose").ended(with: 0)
            let arrived = try FileTree("\(store.tree)/\(collectionYear)/mz/2039150-mz150")
            #expect(try arrived.differences(from: FileTree(school.level2, followingLinks: true)) == [])
            try expectNoSecrets(of: store, school, [code] + careless.secrets)
        }

        /// What only one machine may know is printed by neither program, nor what the school's settings keep.
        private func expectNoSecrets(of store: StoreProcess, _ school: CollectedSchool, _ more: [String]) throws {
            school.hear(store.serving?.text ?? "")
            for arguments in [
                ["status"], ["status", "mz150"], ["log", "mz150"], ["verify", "--all"], ["school", "list"],
            ] {
                let finished = try ChildProcess.run(Built.store, arguments + ["--data", store.data]).ended(with: 0)
                school.hear(finished.output + finished.errors)
            }
            let token = try String(contentsOfFile: "\(school.machine.staging)/state/token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(token.count > 20)
            for secret in more + [token] { #expect(!school.printed.contains(secret), "\(secret)") }
            #expect(school.printed.contains("mz150"))
        }

        private func compareFolders(_ school: CollectedSchool) throws {
            let there = try Set(FileManager.default.contentsOfDirectory(atPath: "\(school.level2)/gstudio"))
            #expect(Level.levelFour.subtracting(there) == [])
            for level in Level.folders where level.madeHere == nil && !level.isFollowed {
                guard !["gstudio/db", "gstudio/postgres-dump"].contains(level.path) else { continue }
                let tree = try FileTree("\(school.level2)/\(level.path)", followingLinks: true, ifPresent: true)
                let source = try FileTree("\(school.real.source)/\(level.source)")
                #expect(!tree.files.isEmpty, "\(level.path)")
                #expect(try tree.differences(from: source, .bytesTimesAndModes) == [], "\(level.path)")
            }
            for level in Level.files {
                let tree = try FileTree(folderOf: "\(school.level2)/\(level.path)")
                let source = try FileTree(folderOf: "\(school.real.source)/\(level.source)")
                #expect(try tree.differences(from: source, .bytesTimesAndModes) == [], "\(level.path)")
            }
        }

        /// Each collection that the server holds, read back by pymongo's bson, and no other.
        private func compareDatabases(_ school: CollectedSchool) throws {
            let root = "/var/lib/mongo-stand-in"
            let held = try school.real.shell("cd \(root); ls -d */*.bson */*.metadata.json").lines
                .filter { !$0.hasPrefix("local/") }
            let tree = try school.staged("db")
            #expect(tree.files.keys.sorted() == held.sorted())
            for path in held {
                let content = try tree.content(path)
                if path.hasSuffix(".bson") {
                    let (database, name) = (path.prefix { $0 != "/" }, path.lastComponent.dropLast(".bson".count))
                    let documents = try school.real.documents(of: String(name), in: String(database))
                    #expect(try school.real.documents(in: content) == documents, "\(path)")
                } else {
                    let own = try school.real.shell("cat \(root)/\(path)").output
                    #expect(String(decoding: content, as: UTF8.self) == own, "\(path)")
                }
            }
        }

        private func comparePostgres(_ school: CollectedSchool) throws {
            let dump = try school.staged("postgres-dump").content("pg_dump_all.sql")
            #expect(try school.real.rowCounts(afterRestoring: dump) == school.real.rowCounts())
        }

        private func compareGit(_ school: CollectedSchool) throws {
            var expected = ""
            let commands = [
                ("git branch", "branch"), ("git log - latest 5 commits", "log -n 5"), ("git status", "status"),
                ("git diff", "diff"),
            ]
            for (name, below) in [
                ("gstudio-docker", ""), ("gstudio", "/gstudio"), ("qbank-lite", "/gstudio/gnowsys-ndf/qbank-lite"),
            ] {
                expected += "\n\nDetails of \(name) \n\n"
                for (title, command) in commands {
                    expected += "\n\(name) : \(title) \n\n"
                    // On the host, as the collection: what is mounted inside is another folder there.
                    let arguments = ["-c", "safe.directory=*", "-C", "\(school.real.core)/code\(below)"]
                    let words = command.split(separator: " ").map(String.init)
                    expected += try ChildProcess.run("git", arguments + words).ended(with: 0).output
                }
            }
            #expect(expected.contains("deployer:made-up-token-9@"))
            let text = try String(contentsOfFile: "\(school.level2)/gstudio/git-commit.log", encoding: .utf8)
            let masked = expected.replacingOccurrences(of: "deployer:made-up-token-9@", with: "***@")
            #expect(text == masked)
        }

        /// Requests, a real rotation and more requests between collections: each line is there once.
        private func compareNginx(_ school: CollectedSchool) throws {
            let logs = "\(school.real.core)/data/nginx-logs"
            func differences() throws -> [String] {
                try school.staged("nginx-logs").differencesOfLines(from: FileTree(logs))
            }
            #expect(try differences() == [])
            for (stanza, tag) in [
                (RealSchool.renaming, "second"), (RealSchool.renamingWithoutSignal, "third"),
                (RealSchool.renaming, "fourth"),
            ] {
                try school.real.request(2, tag: "\(tag)-before")
                try school.real.rotate(stanza)
                try school.real.request(3, tag: "\(tag)-after")
                try school.real.request(1, tag: "\(tag)-other", host: "localhost")
                try school.command("collect", "nginx-logs").ended(with: 0)
                #expect(try differences() == [], "\(tag)")
            }
        }
    }
}
