import GRDB
import Glibc
import LevelTree
import Synchronization
import Testing

@testable import Staging

@Suite("Publishing")
struct PublishingTests {
    let site: Site

    init() throws { site = try Site() }

    private struct Crash: Error {}

    /// The steps that a publication of a second generation goes through, for each shape of dataset.
    static let cases: [(Dataset, PublishingStep)] = [Dataset.mirror, .accumulating, .byReference, .settings].flatMap {
        dataset in PublishingStep.allCases.map { (dataset, $0) }
    }

    private func gathering(_ dataset: Dataset) throws -> Gathering {
        guard case .files = dataset.shape else { return site.folder }
        return Gathering(parts: [
            .file(at: SourcePlace(site.source + "/f/a"), as: try RelativePath("server_settings.py"))
        ])
    }

    private func shown(_ dataset: Dataset) throws -> String? {
        let tree = try site.treePath(dataset)
        guard case .files = dataset.shape else { return site.content(tree + "/f/a") }
        return site.content(tree + "/server_settings.py")
    }

    @Test(arguments: cases)
    func `that a crash breaks off is taken back or carried through`(dataset: Dataset, step: PublishingStep) throws {
        try site.put("f/a", "old")
        let first = try #require(try site.collect(site.open(), dataset, gathering(dataset)).published)
        try site.put("f/a", "old and new")

        site.options.beforeStep = { if $0 == step { throw Crash() } }
        // Every shape goes through every step but setting aside, which only folders need.
        if step == .setAside, dataset == .settings {
            #expect(throws: Never.self) { try site.collect(site.open(), dataset, gathering(dataset)) }
        } else {
            #expect(throws: Crash.self) { try site.collect(site.open(), dataset, gathering(dataset)) }
        }
        if dataset != .byReference { #expect(try ["old", "old and new"].contains(shown(dataset))) }

        site.options.beforeStep = { _ in }
        let staging = try site.open()
        let isRecorded = step != .makeDurable && step != .record
        let current = try #require(try staging.currentGenerations().first)
        #expect((current.sequence > first.sequence) == isRecorded)
        if dataset != .byReference {
            #expect(try shown(dataset) == (isRecorded ? "old and new" : "old"))
            let entry = try #require(try staging.entries(of: current).first)
            #expect(
                site.bytes(String(decoding: try staging.location(of: entry, in: current), as: UTF8.self))
                    == Array((isRecorded ? "old and new" : "old").utf8))
        }
        #expect(site.generationFolders == ["\(current.sequence)"])

        let next = try site.collect(staging, dataset, gathering(dataset))
        #expect((next.unchanged != nil) == isRecorded)
        #expect(try shown(dataset) == "old and new")
        #expect(site.generationFolders.count == 1)
        #expect(try staging.diskUse().used == (try site.measured()))
    }

    @Test(arguments: PublishingStep.allCases)
    func `goes on in the same process after a step failed`(step: PublishingStep) throws {
        try site.put("f/a", "old")
        let hasFailed = Mutex(false)
        let isArmed = Mutex(false)
        site.options.beforeStep = { passed in
            let fails = isArmed.withLock { $0 } && passed == step && !hasFailed.withLock { $0 }
            if fails {
                hasFailed.withLock { $0 = true }
                throw Crash()
            }
        }
        let staging = try site.open()
        try site.collect(staging)
        isArmed.withLock { $0 = true }
        try site.put("f/a", "new")
        #expect(throws: Crash.self) { try site.collect(staging) }
        _ = try site.collect(staging)
        #expect(try site.tree() == ["f/a": "new"])
        #expect(site.generationFolders.count == 1)
        #expect(try staging.diskUse().used == (try site.measured()))
    }

    @Test func `sets the acknowledged generation aside and keeps its content readable`() throws {
        try site.put("f/a", "old")
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try staging.acknowledge(try receipt(for: first))
        try site.put("f/a", "new")
        let reader = try staging.contentReader(of: first)
        let entry = try #require(try staging.entries(of: first).first)
        let second = try #require(try site.collect(staging).published)
        #expect(try site.tree() == ["f/a": "new"])
        #expect(try staging.content("f/a", of: first) == Array("old".utf8))
        #expect(try staging.content("f/a", of: second) == Array("new".utf8))
        // A reader that was there before the swap goes on.
        var bytes: [UInt8] = []
        try reader.append(chunk: 0, of: entry, to: &bytes)
        #expect(bytes == Array("old".utf8))
        #expect(try staging.acknowledgedGeneration(.mirror, year: Year(2018))?.sequence == first.sequence)
    }

    @Test func `shows a set taken by reference as a symlink, and copies nothing`() throws {
        try site.put("6/6/1/abc.png", "picture")
        let staging = try site.open()
        let generation = try #require(try site.collect(staging, .byReference).published)
        let place = try site.treePath(.byReference)
        #expect(site.status(place)?.kind == .symlink)
        #expect(site.content(place + "/6/6/1/abc.png") == "picture")
        #expect(try staging.content("6/6/1/abc.png", of: generation) == Array("picture".utf8))
        #expect(try staging.diskUse().used < 20_000)
        let entry = try #require(try staging.entries(of: generation).first)
        #expect(try staging.location(of: entry, in: generation) == Array((site.source + "/6/6/1/abc.png").utf8))
    }

    @Test func `survives a staged copy that someone removed`() throws {
        for dataset in [Dataset.mirror, .accumulating] {
            let site = try Site()
            for path in ["a", "b", "c"] { try site.put(path, path) }
            let staging = try site.open()
            try site.collect(staging, dataset)
            try site.remove("a")
            unlink(try site.treePath(dataset) + "/b")
            try site.put("c", "changed")
            let next = try #require(try site.collect(staging, dataset).published)
            let expected =
                dataset.kind == .accumulate ? ["a": "a", "b": "b", "c": "changed"] : ["b": "b", "c": "changed"]
            #expect(try site.tree(dataset) == expected)
            #expect(next.outcome == .complete)
            #expect(try site.collect(staging, dataset).unchanged == next)
        }
    }

    @Test func `survives that someone removed the whole folder`() throws {
        for path in ["a", "b"] { try site.put(path, path) }
        try site.collect(site.open())
        try FolderRemoval.remove(CName(site.stagingPath + "/tree"), in: AT_FDCWD)
        let staging = try site.open()
        #expect(try site.collect(staging).published != nil)
        #expect(try site.tree() == ["a": "a", "b": "b"])
    }

    @Test func `is not misled by an inode that came into use again`() throws {
        try site.put("f/a", "old")
        let open = Mutex<Staging?>(nil)
        let stagingPath = site.stagingPath
        let tree = try site.treePath()
        site.options.beforeStep = { step in
            guard step == .record, let staging = open.withLock({ $0 }) else { return }
            // The old content was removed by hand, and the draft's folder got its inode.
            try FolderRemoval.remove(CName(tree), in: AT_FDCWD)
            let draft = try #require(FileStatus.of(CName("\(stagingPath)/generations/2/files")))
            try staging.write {
                try $0.execute(
                    sql: "UPDATE generation SET content_inode = ?", arguments: [Int64(bitPattern: draft.inode)])
            }
        }
        let staging = try site.open()
        try site.collect(staging)
        open.withLock { $0 = staging }
        try site.put("f/a", "new")
        #expect(try site.collect(staging).published?.sequence == 2)
        open.withLock { $0 = nil }
        #expect(try site.tree() == ["f/a": "new"])
        #expect(site.generationFolders == ["2"])
    }

    @Test(arguments: [Dataset.mirror, .accumulating])
    func `survives an entry list that was damaged`(dataset: Dataset) throws {
        for path in ["a", "f/b", "c"] { try site.put(path, path) }
        let staging = try site.open()
        let first = try #require(try site.collect(staging, dataset).published)
        truncate("\(site.stagingPath)/generations/\(first.sequence)/entries", 40)
        try site.remove("a")
        let next = try #require(try site.collect(staging, dataset).published)
        let expected = dataset.kind == .accumulate ? ["a", "c", "f/b"] : ["c", "f/b"]
        #expect(try staging.paths(of: next) == expected)
        #expect(try site.tree(dataset).keys.sorted() == expected)
    }
}

extension Site {
    /// What staged content takes, counted on the disk by the same rule: the folders of generations and of what the tree
    /// shows of datasets, but not the levels above those.
    func measured() throws -> UInt64 {
        var seen = Set<UInt64>()
        var sum = measured(stagingPath + "/generations", &seen) - FolderRemoval.folderFootprint
        for dataset in [Dataset.mirror, .accumulating, .byReference] {
            let place = try treePath(dataset)
            switch status(place)?.kind {
            case .folder: sum += measured(place, &seen)
            case .symlink: sum += FolderRemoval.folderFootprint
            default: continue
            }
        }
        return sum
    }

    private func measured(_ folder: String, _ seen: inout Set<UInt64>) -> UInt64 {
        var listing = FolderListing()
        guard let open = Descriptor.openingFolder(CName(folder)), listing.read(open.number) else { return 0 }
        var sum = FolderRemoval.folderFootprint
        for index in 0..<listing.count {
            guard let status = FileStatus.of(CName(listing.name(index)), in: open.number) else { continue }
            switch status.kind {
            case .folder: sum += measured(folder + "/" + String(decoding: listing.name(index), as: UTF8.self), &seen)
            case .file where !seen.insert(status.inode).inserted: continue
            default: sum += FolderRemoval.footprint(status.size)
            }
        }
        return sum
    }
}
