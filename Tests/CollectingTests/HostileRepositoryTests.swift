import Glibc
import LevelTree
import Testing

@testable import Collecting

/// What a repository may bring to make git run a program. `bait` may be written in the terms of the shell: `$canary` is
/// a program that leaves a mark, and that also does what a filter or a text conversion has to do.
///
/// Git writes the index anew for a file that is the same and has another time; for a changed file only where it was
/// changed in the moment in which it was added, as the machine's speed has it.
struct Hostility: Sendable, CustomTestStringConvertible {
    let name: String
    let bait: String
    /// Whether a plain git falls for it: then the test shows that the bait is real.
    var isTakenByPlainGit = true

    var testDescription: String { name }

    static let all = [
        Hostility(name: "fsmonitor", bait: "git config core.fsmonitor $canary"),
        Hostility(
            name: "hook that runs when the index is refreshed",
            bait: """
                cp file.txt same.txt; git add same.txt
                cp $canary .git/hooks/post-index-change; touch -d 2001-01-01 same.txt
                """),
        Hostility(
            name: "folder of hooks",
            bait: """
                cp file.txt same.txt; git add same.txt
                mkdir hooks; cp $canary hooks/post-index-change; git config core.hooksPath $PWD/hooks
                touch -d 2001-01-01 same.txt
                """),
        Hostility(
            name: "clean filter",
            bait: "git config filter.bait.clean $canary; echo '* filter=bait' > .gitattributes; touch file.txt"),
        Hostility(
            name: "clean filter with an equals sign in its name",
            bait: "git config 'filter.a=b.clean' $canary; echo '* filter=a=b' > .gitattributes; touch file.txt"),
        Hostility(
            name: "filter process, named in info/attributes",
            bait: """
                git config filter.bait.process $canary; git config filter.bait.required true
                echo '* filter=bait' > .git/info/attributes; touch file.txt
                """),
        Hostility(
            name: "smudge filter", bait: "git config filter.bait.smudge $canary; echo '* filter=bait' > .gitattributes",
            isTakenByPlainGit: false),
        Hostility(name: "external diff", bait: "git config diff.external $canary"),
        Hostility(
            name: "diff driver", bait: "git config diff.bait.command $canary; echo '* diff=bait' > .gitattributes"),
        Hostility(
            name: "text conversion", bait: "git config diff.bait.textconv $canary; echo '* diff=bait' > .gitattributes"),
        Hostility(
            name: "included configuration",
            bait: """
                printf '[core]\\n\\tfsmonitor = %s\\n' $canary > .git/more; git config include.path more
                git config includeIf.gitdir:/.path $PWD/.git/more
                """),
        Hostility(
            name: "configuration of the working tree",
            bait: """
                git config core.repositoryFormatVersion 1; git config extensions.worktreeConfig true
                printf '[core]\\n\\tfsmonitor = %s\\n' $canary > .git/config.worktree
                """),
        Hostility(
            name: "signature check",
            bait: """
                git config log.showSignature true; git config gpg.program $canary
                git cat-file commit HEAD > ../commit
                sed -i '/^committer/a gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n x\\n -----END PGP SIGNATURE-----' ../commit
                git update-ref HEAD $(git hash-object -t commit -w ../commit)
                """),
        Hostility(name: "pager", bait: "git config core.pager $canary", isTakenByPlainGit: false),
        Hostility(
            name: "alias", bait: "for a in status diff log branch; do git config alias.$a \"!$canary\"; done",
            isTakenByPlainGit: false),
        Hostility(
            name: "transport of a partial clone",
            bait: """
                git config core.repositoryFormatVersion 1; git config extensions.partialClone origin
                git config remote.origin.promisor true; git config remote.origin.url ssh://nobody@127.0.0.1/x
                git config core.sshCommand $canary
                object=$(git rev-parse HEAD:file.txt); rm -f .git/objects/${object%${object#??}}/${object#??}
                """),
        Hostility(
            name: "submodule with a configuration of its own",
            bait: """
                git init -q sub; cd sub; git commit -q --allow-empty -m x; git config core.fsmonitor $canary; cd ..
                git add sub; git config status.submoduleSummary true; git config diff.submodule log
                touch sub/file; echo x > sub/other
                """),
        Hostility(
            name: "nested repository with a configuration of its own",
            bait: "git init -q nested; git -C nested config core.fsmonitor $canary; touch nested/file",
            isTakenByPlainGit: false),
    ]
}

@Suite struct `A hostile repository` {
    private let school = FakeSchool()
    private var tree: String { school.sources.gstudioTree }
    private var mark: String { school.root.path + "/mark" }

    private func lay(_ bait: String) {
        Repositories.make(at: tree)
        // Gives back what it is given, for as long as a filter would; a transport would wait for it forever.
        let canary = school.root.write(
            "#!/bin/sh\necho ran >> '\(mark)'\ncat \"$1\" 2>/dev/null || timeout 2 cat\n", to: "canary", mode: 0o755)
        shell("cd '\(tree)'; canary='\(canary)'; git() { \(Repositories.git) \"$@\"; }\n\(bait)\nrm -f '\(mark)'")
    }

    private func collect() async throws -> [GitReader.Answer] {
        let reader = GitReader(
            programs: SubprocessRunner(), masking: Masking(), scratch: school.root.makeFolder("scratch"))
        return try await reader.answers(of: tree, within: school.sources.code)
    }

    @Test(arguments: Hostility.all)
    func `makes git run nothing`(hostility: Hostility) async throws {
        lay(hostility.bait)
        let before = Repositories.state(of: tree)
        let answers = try await collect()
        #expect(!school.root.exists("mark"), "\(hostility.name) was run")
        #expect(Repositories.state(of: tree) == before)
        #expect(answers.filter { $0.problem == nil }.count >= 3)
        if hostility.isTakenByPlainGit {
            for command in ["status", "diff", "log -5", "branch"] {
                shell("cd '\(tree)' && { timeout -k 1 10 \(Repositories.git) \(command) < /dev/null || true; }")
            }
            #expect(school.root.exists("mark"), "the bait is no bait, so this test proves nothing")
        }
    }

    @Test func `cannot show another folder as its working tree`() async throws {
        school.root.write("secret", to: "private/file.txt")
        lay("git config core.worktree '\(school.root.path)/private'")
        let diff = String(decoding: try await collect()[3].text, as: UTF8.self)
        #expect(diff.contains("+changed"))
        #expect(!diff.contains("secret"))
    }

    @Test func `cannot lead git out by a link in its tree`() async throws {
        school.root.write("secret", to: "private/file.txt")
        lay("rm file.txt; ln -s '\(school.root.path)/private/file.txt' file.txt; git config core.symlinks false")
        let diff = String(decoding: try await collect()[3].text, as: UTF8.self)
        #expect(!diff.contains("secret"))
    }

    @Test func `that makes git wait forever meets one deadline for all commands together`() async throws {
        lay("mkfifo .gitignore")
        var reader = GitReader(
            programs: SubprocessRunner(), masking: Masking(), scratch: school.root.makeFolder("scratch"))
        reader.deadline = .seconds(8)
        let problems = try await reader.answers(of: tree, within: school.sources.code).map(\.problem)
        // How far git comes before it waits depends on the machine. One command at most is ended, and what comes after it
        // is not begun.
        let killed = "git was killed: the commands of one tree have 8.0 seconds in all"
        let left = problems.drop { $0 == nil }
        let unbegun = left.first == killed ? left.dropFirst() : left
        #expect(!unbegun.isEmpty)
        #expect(unbegun.allSatisfy { $0 == "not run: the commands of one tree have 8.0 seconds in all" })
    }

    @Test(arguments: [
        "rm .git/HEAD; mkfifo .git/HEAD", "rm .git/index; mkfifo .git/index", "rm .git/config; mkfifo .git/config",
        "mkfifo .git/packed-refs", "rm .git/info/exclude; mkfifo .git/info/exclude",
        "mkfifo ../pipe; ln -sf ../../../../pipe .git/refs/heads/master",
        "rm -f .git/refs/heads/other; mkfifo .git/refs/heads/other", "mknod .git/objects/info/alternates p",
    ])
    func `with a FIFO in its .git is refused before git is started`(bait: String) async throws {
        lay(bait)
        let reader = GitReader(
            programs: FakePrograms.printing(["git": ""]), masking: Masking(),
            scratch: school.root.makeFolder("scratch"))
        await #expect {
            _ = try await reader.answers(of: tree, within: school.sources.code)
        } throws: { error in
            (error as? CollectingProblem)?.code == .unusable
        }
        #expect(Folder.names(in: Array(reader.scratch.utf8))?.isEmpty == true)
    }

    @Test func `whose monitor's socket lies in its .git is read: git is not shown it`() async throws {
        lay("mkfifo .git/fsmonitor--daemon.ipc; mkfifo .git/hooks/pipe")
        #expect(try await collect().allSatisfy { $0.problem == nil })
    }
}
