import Content
import Crypto
import Glibc
import LevelTree
import Testing
import Wire

@testable import Staging

/// A receipt as a store would sign it.
func receipt(for generation: Generation, snapshot: String = "snapshot") throws -> Receipt {
    try Receipt(
        installation: InstallationID("i-0000000000000001"), dataset: generation.dataset, year: generation.year,
        sequence: generation.sequence, manifest: ChunkID(hashing: []),
        snapshot: ChunkID(hashing: Array("\(snapshot) \(generation.sequence)".utf8)), received: 1,
        key: Curve25519.Signing.PrivateKey())
}

@Suite("Nothing is let go before the receipt")
struct LettingGoTests {
    let site: Site

    init() throws {
        site = try Site()
        try site.put("a", "one")
    }

    @Test func `a complete generation replaces an unsent one of a mirror`() throws {
        let staging = try site.open()
        try site.collect(staging)
        try site.put("a", "two")
        let second = try #require(try site.collect(staging).published)
        #expect(try staging.pendingGenerations() == [second])
        #expect(site.generationFolders == ["\(second.sequence)"])
    }

    @Test func `a partial one does not`() throws {
        try asOrdinaryUser {
            let staging = try site.open()
            let first = try #require(try site.collect(staging).published)
            try site.put("b", "b", mode: 0)
            let second = try #require(try site.collect(staging).published)
            #expect(second.outcome == .partial)
            #expect(try staging.pendingGenerations() == [first, second])
            #expect(try staging.content("a", of: first) == Array("one".utf8))
        }
    }

    @Test func `nor does any while its commit is in doubt`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try staging.recordCommit(of: first, request: Array("{}".utf8))
        try site.put("a", "two")
        let second = try #require(try site.collect(staging).published)
        #expect(try staging.pendingGenerations() == [first, second])
        #expect(try staging.content("a", of: first) == Array("one".utf8))
        // The answer comes: now the first is the base.
        let signed = try receipt(for: first)
        try staging.acknowledge(signed)
        #expect(try staging.pendingGenerations() == [second])
        #expect(try staging.acknowledgedGeneration(.mirror, year: first.year)?.sequence == first.sequence)
        #expect(try staging.receipt(.mirror, year: first.year) == signed)
        #expect(try staging.head(.mirror, year: first.year)?.snapshot == signed.snapshot)
        #expect(try staging.pendingCommits().isEmpty)
    }

    @Test func `a commit that the store will not have is no longer in doubt`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try staging.recordCommit(of: first, request: [1])
        try site.put("a", "two")
        let second = try #require(try site.collect(staging).published)
        try staging.withdrawCommit(first.sequence)
        #expect(try staging.pendingGenerations() == [second])
        #expect(try staging.generation(first.sequence) == nil)
        #expect(throws: StagingError.self) { try staging.recordCommit(of: first, request: [2]) }
    }

    @Test func `one commit of a dataset has its answer before the next is stored`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try staging.recordCommit(of: first, request: Array("first".utf8))
        try site.put("a", "two")
        let second = try #require(try site.collect(staging).published)
        let error = #expect(throws: StagingError.self) { try staging.recordCommit(of: second, request: []) }
        #expect(error?.code == .busy)
        #expect(try staging.pendingCommits().map(\.request) == [Array("first".utf8)])
    }

    @Test func `a stored commit is there after a restart, to the byte`() throws {
        let request = noise(5000)
        var staging: Staging? = try site.open()
        let first = try #require(try staging.map { try site.collect($0) }?.published)
        try staging?.recordCommit(of: first, request: request)
        staging = nil
        let commit = try #require(try site.open().pendingCommits().first)
        #expect(commit == PendingCommit(sequence: first.sequence, dataset: .mirror, year: first.year, request: request))
    }

    @Test func `a log that only grew replaces its unsent self, one that was cut does not`() throws {
        try site.put("log", String(repeating: "a line of an access log\n", count: 4000))
        let staging = try site.open()
        try site.collect(staging, .accumulating)
        try site.put("log", String(repeating: "a line of an access log\n", count: 4400))
        let second = try #require(try site.collect(staging, .accumulating).published)
        #expect(try staging.pendingGenerations() == [second])
        try site.put("log", "begun anew\n")
        let third = try #require(try site.collect(staging, .accumulating).published)
        #expect(try staging.pendingGenerations() == [second, third])
        try site.put("log", "begun anew\nand grown\n")
        let fourth = try #require(try site.collect(staging, .accumulating).published)
        #expect(try staging.pendingGenerations() == [second, fourth])
        #expect(try staging.content("log", of: second).count == 4400 * 24)
        try staging.acknowledge(try receipt(for: second))
        #expect(try staging.pendingGenerations() == [fourth])
    }

    @Test func `a JSON array that grew by one element replaces its unsent self, one that was emptied does not`() throws
    {
        let staging = try site.open()
        try site.put("policesquad/8419-policesquad.json", "[{\"a\": 1}]\n")
        try site.collect(staging, .accumulating)
        try site.put("policesquad/8419-policesquad.json", "[{\"a\": 1}, {\"b\": 2}]\n")
        let second = try #require(try site.collect(staging, .accumulating).published)
        #expect(try staging.pendingGenerations() == [second])
        // Power failed between truncating and writing.
        try site.put("policesquad/8419-policesquad.json", "")
        let third = try #require(try site.collect(staging, .accumulating).published)
        #expect(try staging.pendingGenerations() == [second, third])
        try site.put("policesquad/8419-policesquad.json", "[{\"c\": 3}]\n")
        let fourth = try #require(try site.collect(staging, .accumulating).published)
        #expect(try staging.pendingGenerations() == [second, fourth])
    }

    @Test func `the same receipt may come twice`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        let signed = try receipt(for: first)
        try staging.acknowledge(signed)
        try staging.acknowledge(signed)
        #expect(try staging.generation(first.sequence)?.state == .acknowledged)
    }

    @Test func `a closed year leaves the tree after its receipt`() throws {
        let staging = try site.open()
        let old = try #require(try site.collect(staging, .accumulating, year: 2018).published)
        let new = try #require(try site.collect(staging, .accumulating, year: 2019).published)
        #expect(try site.tree(.accumulating, year: 2018) == ["a": "one"])
        try staging.acknowledge(try receipt(for: old))
        #expect(site.status(site.stagingPath + "/tree/2018") == nil)
        #expect(try site.tree(.accumulating, year: 2019) == ["a": "one"])
        #expect(try staging.currentGenerations() == [new])
        #expect(try staging.head(.accumulating, year: Year(2018)) != nil)
    }

    @Test func `a new enrolment sends everything again and forgets what the old store knew`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try staging.markAtStore([ChunkID(hashing: [1])])
        try staging.acknowledge(try receipt(for: first))
        try site.put("a", "two")
        let second = try #require(try site.collect(staging).published)
        try staging.acknowledge(try receipt(for: second))
        let head = Head(dataset: .mirror, year: first.year, sequence: 7, snapshot: ChunkID(hashing: [7]))
        try staging.startAnew(heads: [head])
        #expect(try staging.pendingGenerations().map(\.sequence) == [second.sequence])
        #expect(try staging.knownAtStore([ChunkID(hashing: [1])]) == [false])
        #expect(try staging.heads() == [head])
        #expect(try staging.receipt(.mirror, year: first.year) == nil)
        #expect(site.generationFolders == ["\(second.sequence)"])
    }

    @Test func `what is pending comes by priority, then year, then sequence`() throws {
        let staging = try site.open()
        try site.collect(staging, .byReference, year: 2019)
        try site.collect(staging, .mirror, year: 2019)
        try site.collect(staging, .mirror, year: 2018)
        try site.collect(
            staging, .settings,
            Gathering(parts: [.file(at: SourcePlace(site.source + "/a"), as: RelativePath("server_settings.py"))]))
        let order = try staging.pendingGenerations().map { "\($0.dataset) \($0.year)" }
        #expect(order == ["server_settings.py 2018", "rcs-repo 2018", "rcs-repo 2019", "media 2019"])
        #expect(try staging.pendingGenerations(priority: { -$0.priority }).first?.dataset == .byReference)
    }
}
