import Foundation
import Testing

extension EndToEnd {
    /// An installation of 2017, where code and qbank's files are nowhere but in the container.
    @Suite("A real school's layout of 2017", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealLayouts {
        private static let code = "/home/docker/code"
        private static let store = "\(code)/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"

        @Test("comes out of the container byte by byte, with times and modes, and so does what changes in there")
        func since2017() throws {
            let school = try CollectedSchool(in: Workspace(), layout: .since2017)
            try school.dropAssessments()
            try school.real.shell("chmod 600 /home/docker/code/gstudio/gnowsys-ndf/gnowsys_ndf/local_settings.py")
            try compareSources(school)
            try school.command("collect", "--verbose").ended(with: 0)
            try compare(school, "first")
            try compareGit(school)

            try school.real.shell(
                """
                cd \(Self.store)/repository/AssetContent
                set -- *
                echo changed >>"$1"
                echo new >"what a pupil's said, (1) -é.mp3"
                chmod 640 "$2"
                echo new >\(Self.store)/studentResponseFiles/0123456789abcdef01234567.wav
                """)
            try school.command("collect", "assessment-media", "--verbose").ended(with: 0)
            try compare(school, "changed")
        }

        /// Before anything is fetched: as many files as are inside and in the copy, each name once.
        private func compareSources(_ school: CollectedSchool) throws {
            let lines = try school.command("sources").ended(with: 0).lines
            for folder in ["repository", "studentResponseFiles"] {
                let names = try Set(inside(school, "\(Self.store)/\(folder)").files.keys).union(
                    FileTree("\(school.real.core)/data/assessment-media/\(folder)", ifPresent: true).files.keys)
                let line = try #require(lines.first { $0.hasPrefix("assessment-media/\(folder) ") })
                #expect(line.split(separator: " ")[1] == "\(names.count)", "\(line)")
                #expect(line.hasSuffix("in the container gstudio, \(Self.store)/\(folder)"))
            }
            #expect(lines.contains { $0.contains("the databases in the container take ") })
        }

        private func compare(_ school: CollectedSchool, _ comment: Comment) throws {
            for (staged, source) in [("media", "media"), ("rcs-repo", "rcs-repo")] {
                let source = try FileTree("\(school.real.core)/data/\(source)")
                #expect(try school.staged(staged).differences(from: source, .bytesTimesAndModes) == [], comment)
            }
            let repository = try inside(school, "\(Self.store)/repository")
            #expect(!repository.files.isEmpty)
            #expect(
                try school.staged("assessment-media/repository").differences(from: repository, .bytesTimesAndModes)
                    == [], comment)

            // What is in both is once there, as inside; what only the hourly copy has is there as well.
            let responses = try inside(school, "\(Self.store)/studentResponseFiles")
            let copies = try FileTree(
                "\(school.real.core)/data/assessment-media/studentResponseFiles", ifPresent: true
            ).without { responses.files[$0] != nil }
            let staged = try school.staged("assessment-media/studentResponseFiles")
            #expect(responses.files.count >= 12)
            for (there, expected) in [
                (staged.without { copies.files[$0] != nil }, responses),
                (staged.without { copies.files[$0] == nil }, copies),
            ] {
                #expect(try there.differences(from: expected, .bytesTimesAndModes) == [], comment)
            }

            let settings = try inside(school, "\(Self.code)/gstudio/gnowsys-ndf/gnowsys_ndf")
            for name in ["server_settings.py", "local_settings.py"] {
                let own = settings.without { $0 != name }
                let staged = try FileTree(folderOf: "\(school.level2)/gstudio/\(name)")
                #expect(own.files.count == 1)
                #expect(try staged.differences(from: own, .bytesTimesAndModes) == [], comment)
            }
        }

        /// A folder of the container as it is now, to the nanosecond.
        private func inside(_ school: CollectedSchool, _ folder: String) throws -> FileTree {
            let target = try school.workspace.folder("inside-\(UUID().uuidString)")
            let command = ["exec", RealSchool.container, "tar", "--format=posix", "-c", "-C", folder, "."]
            let script = "set -o pipefail; \"$@\" | tar -x -p -C $0"
            try ChildProcess.run("bash", ["-c", script, target] + school.real.engine.command + command).ended(with: 0)
            return try FileTree(target)
        }

        private func compareGit(_ school: CollectedSchool) throws {
            var expected = ""
            for (name, below) in [
                ("gstudio-docker", ""), ("gstudio", "/gstudio"), ("qbank-lite", "/gstudio/gnowsys-ndf/qbank-lite"),
            ] {
                expected += "\n\nDetails of \(name) \n\n"
                for (title, command) in [
                    ("git branch", "branch"), ("git log - latest 5 commits", "log -n 5"), ("git status", "status"),
                    ("git diff", "diff"),
                ] {
                    expected += "\n\(name) : \(title) \n\n"
                    expected += try school.real.shell("git -C \(Self.code)\(below) \(command)").output
                }
            }
            let text = try String(contentsOfFile: "\(school.level2)/gstudio/git-commit.log", encoding: .utf8)
            #expect(text == expected)
        }
    }
}
