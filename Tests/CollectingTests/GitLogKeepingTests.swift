import LevelTree
import Staging
import Testing

@testable import Collecting

/// With a staging directory, because keeping what was is its part.
@Suite struct `What cannot be had of the git log` {
    private let school = FakeSchool()
    private let staging: Staging
    private let year: Year

    init() throws {
        Repositories.makeCodeTree(school)
        let identity = try school.context().identity
        staging = try Staging.open(
            at: school.root.path + "/staging", identity: identity, options: StagingOptions(keepFree: 0))
        year = try Year(2018)
    }

    @discardableResult
    private func pass(programs: any ProgramRunner = SubprocessRunner()) async throws -> Generation {
        var context = try school.context(programs: programs)
        context.memory = { [staging] in try? staging.memory(of: $0) }
        let result = try staging.collect(
            Dataset.gitLog, year: year, gathering: try await GitLogCollector().gather(context),
            clock: CollectionClock(startedMilliseconds: context.now.seconds * 1000, bootSeconds: 1, isTrusted: true))
        switch result.ending {
        case .published(let generation), .unchanged(let generation): return generation
        case .held(let reason), .waiting(let reason), .failed(let reason): throw CollectingProblem(.unusable, reason)
        }
    }

    private func staged(_ name: String) throws -> String {
        school.root.read("staging/tree/2018/mz/2039150-mz150/gstudio/\(name)")
    }

    private var noGit: FakePrograms { FakePrograms() }
    private var slowGit: FakePrograms {
        FakePrograms(answers: ["git": { _ in .failure(ProgramProblem(.deadline, "git had not ended")) }])
    }

    @Test func `without git the last text stays, and is named as missed, however often`() async throws {
        #expect(try await pass().outcome == .complete)
        let text = try staged("git-commit.log")
        #expect(text.contains("gstudio : git diff"))
        for programs in [noGit, slowGit, noGit] {
            let generation = try await pass(programs: programs)
            #expect(generation.outcome == .partial)
            #expect(generation.files == 2)
            #expect(generation.shortfalls.last?.path == "git-commit.log")
            #expect(generation.shortfalls.last?.reason == "cannot be had now, and was before")
            #expect(try staged("git-commit.log") == text)
        }
        #expect(try await pass().outcome == .complete)
    }

    @Test func `with every repository broken the last text stays`() async throws {
        try await pass()
        let text = try staged("git-commit.log")
        for tree in [school.sources.code, school.sources.gstudioTree, school.sources.qbankTree] {
            shell("echo '[core' > '\(tree)/.git/config'")
        }
        #expect(try await pass().outcome == .partial)
        #expect(try staged("git-commit.log") == text)
    }

    @Test func `without the data disk the field's file stays, and what git says is renewed`() async throws {
        try await pass()
        shell(
            "mv '\(school.sources.data)' '\(school.sources.data)-away'; echo more >> '\(school.sources.gstudioTree)/file.txt'"
        )
        for _ in 1...3 {
            let generation = try await pass()
            #expect(generation.outcome == .partial)
            #expect(generation.shortfalls.map(\.path) == ["git-commit-details.log"])
            #expect(try staged("git-commit-details.log") == "\nDate : x\n")
            #expect(try staged("git-commit.log").contains("+more\n"))
        }
        shell("mv '\(school.sources.data)-away' '\(school.sources.data)'")
        #expect(try await pass().outcome == .complete)
    }

    @Test func `without the code tree the text made from it stays`() async throws {
        try await pass()
        let text = try staged("git-commit.log")
        shell("mv '\(school.sources.code)' '\(school.sources.code)-away'")
        for _ in 1...3 {
            #expect(try await pass().outcome == .partial)
            #expect(try staged("git-commit.log") == text)
        }
    }

    @Test func `without all of them there is no new generation`() async throws {
        try await pass()
        shell("mv '\(school.sources.data)' '\(school.sources.data)-away'")
        await #expect {
            try await pass(programs: noGit)
        } throws: { error in
            "\(error)".contains("git is not installed")
        }
        #expect(try staged("git-commit.log").contains("gstudio : git diff"))
    }

    @Test func `what never was there is not missed`() async throws {
        shell("rm '\(school.sources.data)/git-commit-details.log'")
        #expect(try await pass().outcome == .complete)
    }

    @Test func `a code folder without any repository leaves the word to the field's file`() async throws {
        shell("rm -rf '\(school.sources.code)'; mkdir '\(school.sources.code)'")
        school.root.write("from the field", to: "home/core/data/git-commit.log")
        #expect(try await pass().outcome == .complete)
        #expect(try staged("git-commit.log") == "from the field")
    }

    @Test func `a link in the place of the field's file is named, and the rest collected`() async throws {
        try await pass()
        shell("cd '\(school.sources.data)'; mv git-commit-details.log x; ln -s x git-commit-details.log")
        let generation = try await pass()
        #expect(generation.shortfalls.map(\.path) == ["git-commit-details.log"])
        #expect(generation.files == 2)
    }
}
