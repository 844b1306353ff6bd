import Glibc
import LevelTree
import Staging
import Synchronization
import Testing

@testable import Collecting

@Suite struct `git-commit.log` {
    private func gather(
        _ school: FakeSchool, programs: any ProgramRunner = SubprocessRunner(), at seconds: Int64 = 1_534_413_600
    ) async throws -> (text: String?, gathering: Gathering) {
        let gathering = try await GitLogCollector().gather(
            school.context(programs: programs, at: seconds))
        for case .text(let bytes, let name, _, _) in gathering.parts where "\(name)" == "git-commit.log" {
            return (String(decoding: bytes, as: UTF8.self), gathering)
        }
        return (nil, gathering)
    }

    @Test func `it is made from three repositories, in the field's form`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        let (text, gathering) = try await gather(school)
        let lines = try #require(text).split(separator: "\n", omittingEmptySubsequences: false)
        let commands = ["git branch", "git log - latest 5 commits", "git status", "git diff"]
        var expected: [String] = []
        for name in ["gstudio-docker", "gstudio", "qbank-lite"] {
            expected.append("Details of \(name) ")
            for command in commands { expected.append("\(name) : \(command) ") }
        }
        let headings = lines.map(String.init).filter { line in
            line.hasPrefix("Details of ") || commands.contains { line.hasSuffix(" : \($0) ") }
        }
        #expect(headings == expected)
        #expect(gathering.shortfalls.isEmpty)
        #expect(
            gathering.parts.map(\.placeText) == [
                "\(school.sources.data)/git-commit-details.log", "made: git-commit.log",
            ])
    }

    @Test func `each answer is git's own, byte for byte`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        let reader = GitReader(
            programs: SubprocessRunner(), masking: Masking(), scratch: school.root.makeFolder("scratch"))
        let tree = school.sources.gstudioTree
        let answers = try await reader.answers(of: tree, within: school.sources.code)
        for (answer, command) in zip(answers, ["branch", "log -5", "status", "diff"]) {
            let own = shell("cd '\(tree)' && \(Repositories.git) \(command)")
            #expect(String(decoding: answer.text, as: UTF8.self) == own)
            #expect(answer.problem == nil)
        }
        let status = String(decoding: answers[2].text, as: UTF8.self)
        #expect(status.contains("Your branch is ahead of 'origin/master' by 2 commits."))
        #expect(status.contains("gnowsys-ndf/qbank-lite/\n"))
        #expect(Folder.names(in: Array(reader.scratch.utf8))?.isEmpty == true)
    }

    @Test func `no remote, no configuration and no token is printed`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        let text = try #require(try await gather(school).text)
        for secret in ["s3cr3ttoken", "x-access-token", "git.example.org", "[remote", "url ="] {
            #expect(!text.contains(secret))
        }
    }

    @Test func `no file of ours holds a token while git runs`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        let programs = WatchedPrograms(folder: school.root.makeFolder("scratch"))
        let (text, gathering) = try await gather(school, programs: programs)
        #expect(gathering.shortfalls.isEmpty)
        #expect(text != nil)
        #expect(programs.sights.withLock { $0 }.count == 12)
        #expect(programs.sights.withLock { $0 }.allSatisfy { $0 == "private, no token" })
    }

    @Test func `an old password that a diff shows is masked, and so is one that a cut left half`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell(
            """
            cd '\(school.sources.gstudioTree)'
            echo "DB_PASS = 'before'" > settings.py; \(Repositories.git) add settings.py
            echo "DB_PASS = 'afterwards'" > settings.py
            """)
        let text = try #require(try await gather(school).text)
        #expect(text.contains("\n-DB_PASS = '***'\n+DB_PASS = '***'\n"))
        let cut = FakePrograms(answers: [
            "git": { _ in
                let output = Array("whole line\nsee https://me:tok".utf8)
                return .success(ProgramResult(ending: .exited(0), output: output, isCut: true))
            }
        ])
        #expect(try await gather(school, programs: cut).text?.contains("tok") == false)
    }

    @Test func `secrets in a diff and in a message are masked, the rest of the line is not`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell(
            """
            cd '\(school.sources.gstudioTree)'
            printf 'pull https://me:tok3n@git.example.org/x.git\\npassword \(FakeSchool.password) ends\\n' >> file.txt
            \(Repositories.git) commit -qm 'see https://me:tok3n@git.example.org/x' --allow-empty
            """)
        let text = try #require(try await gather(school).text)
        #expect(text.contains("+pull https://***@git.example.org/x.git\n"))
        #expect(text.contains("+password *** ends\n"))
        #expect(text.contains("    see https://***@git.example.org/x\n"))
    }

    @Test func `the repositories are left exactly as they were`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        // Makes the index stale, which git would like to refresh.
        shell("touch -d '2001-01-01' '\(school.sources.gstudioTree)/file.txt'")
        let before = Repositories.state(of: school.sources.code)
        _ = try await gather(school)
        #expect(Repositories.state(of: school.sources.code) == before)
    }

    @Test(.enabled(if: getuid() == 0, "only root can give files away"))
    func `trees of another user are read without a word in anybody's configuration`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell("chown -R 12345:12345 '\(school.sources.code)'")
        #expect(try await gather(school).gathering.shortfalls.isEmpty)
    }

    @Test func `the same repositories give the same text, whenever it is made`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        let first = try #require(await gather(school).text)
        #expect(try await gather(school, at: 1_566_459_600).text == first)
    }

    @Test func `a folder that is no repository makes the outcome partial, with a sentence in text and list`()
        async throws
    {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell("rm -rf '\(school.sources.qbankTree)/.git'")
        let (text, gathering) = try await gather(school)
        #expect(gathering.shortfalls.map(\.path) == ["git-commit.log"])
        #expect(gathering.shortfalls[0].reason == "qbank-lite: \(school.sources.qbankTree) is not a git repository")
        #expect(text?.contains("[\(gathering.shortfalls[0].reason)]") == true)
        #expect(text?.contains("gstudio : git diff") == true)
    }

    @Test func `that the code tree itself is no repository is no shortfall: the standard names two`() async throws {
        let school = FakeSchool()
        Repositories.make(at: school.sources.gstudioTree)
        Repositories.make(at: school.sources.qbankTree)
        let (text, gathering) = try await gather(school)
        #expect(gathering.shortfalls.isEmpty)
        #expect(text?.contains("gstudio-docker") == false)
    }

    @Test(arguments: [
        "rm -rf .git/objects", "echo garbage > .git/HEAD", "echo '[core' > .git/config", "rm .git/config",
        "mv .git/objects ../o && ln -s ../../o .git/objects", "mv .git ../moved && ln -s ../moved .git",
        "rm .git/config && mkfifo .git/config", "printf 'DIRC' > .git/index",
    ])
    func `a broken repository makes the outcome partial and never stops the others`(damage: String) async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell("cd '\(school.sources.gstudioTree)' && \(damage)")
        let (text, gathering) = try await gather(school)
        #expect(!gathering.shortfalls.isEmpty)
        #expect(gathering.shortfalls.allSatisfy { $0.path == "git-commit.log" && $0.reason.hasPrefix("gstudio: ") })
        #expect(text?.contains("qbank-lite : git diff") == true)
    }

    @Test func `without git the last good text stays: nothing is made, and it is said`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        let (text, gathering) = try await gather(school, programs: FakePrograms())
        #expect(text == nil)
        #expect(gathering.shortfalls.count == 3)
        #expect(gathering.shortfalls[0].reason.contains("git is not installed"))
        #expect(gathering.parts.count == 1)
    }

    @Test func `a huge diff is cut, and that is said`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell("seq 1 900000 >> '\(school.sources.gstudioTree)/file.txt'")
        let (text, gathering) = try await gather(school)
        #expect(
            gathering.shortfalls.map(\.reason) == ["gstudio: git diff printed more than is kept; the rest is left out"])
        #expect(try #require(text).utf8.count < 5 << 20)
    }

    @Test func `a repository elsewhere that a .git file names is not read`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        Repositories.make(at: school.root.path + "/private")
        shell(
            """
            cd '\(school.sources.qbankTree)' && rm -rf .git
            echo 'gitdir: \(school.root.path)/private/.git' > .git
            """)
        let (text, gathering) = try await gather(school)
        #expect(gathering.shortfalls.count == 1)
        #expect(gathering.shortfalls[0].reason.contains("outside"))
        #expect(text?.contains("qbank-lite : git log") == false)
    }

    @Test func `a .git file that stays inside, as a submodule's, is followed`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell(
            """
            mkdir -p '\(school.sources.gstudioTree)/.git/modules'
            cd '\(school.sources.qbankTree)' && mv .git '\(school.sources.gstudioTree)/.git/modules/qbank'
            echo 'gitdir: ../../.git/modules/qbank' > .git
            """)
        #expect(try await gather(school).gathering.shortfalls.isEmpty)
    }

    @Test func `a linked working tree is read`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        shell(
            """
            rm -rf '\(school.sources.qbankTree)'
            cd '\(school.sources.gstudioTree)' && \(Repositories.git) worktree add -q '\(school.sources.qbankTree)' other
            """)
        let (text, gathering) = try await gather(school)
        #expect(gathering.shortfalls.isEmpty)
        #expect(text?.contains("On branch other") == true)
    }

    @Test func `a 2017 server has the field's file alone, and a collected tree its git-commit.log`() async throws {
        let school = FakeSchool(.of2017)
        #expect(
            try await gather(school).gathering.parts.map(\.placeText) == [
                "\(school.sources.data)/git-commit-details.log"
            ])
        school.root.write("x", to: "home/core/data/git-commit.log")
        #expect(
            try await gather(school).gathering.parts.map(\.placeText)
                == ["\(school.sources.data)/git-commit-details.log", "\(school.sources.data)/git-commit.log"])
        #expect(try await gather(school).gathering.shortfalls.isEmpty)
    }

    @Test func `with neither code tree nor file there is nothing, and it says where it looked`() async throws {
        let school = FakeSchool(.of2017)
        shell("rm '\(school.sources.data)/git-commit-details.log'")
        #expect(GitLogCollector().locate(try school.context()).absence?.contains(school.sources.code) == true)
        await #expect(throws: CollectingProblem.self) { try await gather(school) }
    }
}

/// Real programs; at the start of each it is noted what lies in the folder for temporary ones.
private final class WatchedPrograms: ProgramRunner {
    let folder: String
    let sights = Mutex<[String]>([])

    init(folder: String) { self.folder = folder }

    func run(_ program: Program) async throws(ProgramProblem) -> ProgramResult {
        let tokens = shell("grep -rl s3cr3ttoken '\(folder)' || true")
        let modes = Set(shell("stat -c %a '\(folder)'/*").split(separator: "\n"))
        sights.withLock { $0.append(tokens.isEmpty && modes == ["700"] ? "private, no token" : tokens) }
        return try await SubprocessRunner().run(program)
    }
}
