import Content
import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("A pass over a source")
struct CollectingTests {
    let site: Site

    init() throws { site = try Site() }

    @Test func `stages every file with its bytes, mode and time`() throws {
        try site.put("Nodes/a/b/c/5b1.json,v", "head 1.1;\n", mode: 0o600, seconds: 1_400_000_000, nanoseconds: 1)
        try site.put("empty", mode: 0o640)
        try site.put(
            Array("line\nbreak".utf8) + [0xff], noise(3 << 20), mode: 0o777, seconds: -5, nanoseconds: 999_999_999)
        let staging = try site.open()
        let result = try site.collect(staging)
        let generation = try #require(result.published)
        #expect(generation.outcome == .complete)
        #expect(generation.files == 3)
        #expect(generation.bytes == (3 << 20) + 10)
        #expect(result.figures.filesRead == 3)

        let tree = try site.treePath()
        #expect(tree.hasSuffix("/tree/2018/mz/2039150-mz150/gstudio/rcs-repo"))
        for entry in try staging.entries(of: generation) {
            let place = Array((tree + "/").utf8) + entry.entry.path.bytes
            let source = Array((site.source + "/").utf8) + entry.entry.path.bytes
            let staged = try #require(FileStatus.of(CName(place)))
            let original = try #require(FileStatus.of(CName(source)))
            #expect(staged.mode == original.mode)
            #expect(staged.modified == original.modified)
            #expect(entry.entry.modified == original.modified)
            #expect(entry.entry.mode == original.mode)
            #expect(try staging.location(of: entry, in: generation) == place)
        }
        #expect(try site.tree()["Nodes/a/b/c/5b1.json,v"] == "head 1.1;\n")
        #expect(try staging.content("empty", of: generation).isEmpty)
    }

    @Test func `that is unchanged reads nothing and makes no generation`() throws {
        for number in 0..<50 { try site.put("f/\(number)", "content \(number)") }
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        let last = try staging.lastSequence()
        let result = try site.collect(staging)
        #expect(result.unchanged == first)
        #expect(result.figures.filesRead == 0)
        #expect(result.figures.bytesRead == 0)
        #expect(result.figures.filesKept == 50)
        #expect(try staging.lastSequence() == last)
        #expect(site.generationFolders == ["1"])
    }

    @Test func `that is unchanged needs no right to read the content`() throws {
        try asOrdinaryUser {
            try site.put("a", "secret", mode: 0o600)
            let staging = try site.open()
            try site.collect(staging)
            #expect(try site.collect(staging).figures.filesKept == 1)
        }
    }

    @Test func `reads and copies only what changed, and links the rest`() throws {
        for path in ["a", "f/b", "f/c", "z"] { try site.put(path, "old \(path)") }
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        let kept = try #require(site.status(try site.treePath() + "/f/b"))
        try site.put("f/c", "new content")
        let result = try site.collect(staging)
        let second = try #require(result.published)
        #expect(second.sequence > first.sequence)
        #expect(result.figures.filesRead == 1)
        #expect(result.figures.filesKept == 3)
        #expect(try site.tree() == ["a": "old a", "f/b": "old f/b", "f/c": "new content", "z": "old z"])
        #expect(site.status(try site.treePath() + "/f/b")?.inode == kept.inode)
    }

    @Test func `sees a change that kept size and modification time`() throws {
        try site.put("a", "one")
        let staging = try site.open()
        try site.collect(staging)
        try site.put("a", "two")
        #expect(try site.collect(staging).published != nil)
        #expect(try site.tree() == ["a": "two"])
    }

    @Test func `makes no generation of a file that was only touched on the outside`() throws {
        for path in ["a", "b", "c"] { try site.put(path, "same \(path)") }
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        // The inode's change time moves, nothing else does.
        chmod(site.source + "/b", 0o600)
        chmod(site.source + "/b", 0o644)
        let second = try site.collect(staging)
        #expect(second.unchanged == first)
        #expect(second.figures.filesRead == 1)
        // The new stamp was kept, so the third pass reads nothing.
        #expect(try site.collect(staging).figures.filesRead == 0)
        #expect(site.generationFolders == ["\(first.sequence)"])
        #expect(try staging.paths(of: first) == ["a", "b", "c"])
    }

    @Test func `sees a changed mode or time of the same content`() throws {
        try site.put("a", "same")
        let staging = try site.open()
        try site.collect(staging)
        chmod(site.source + "/a", 0o600)
        let second = try #require(try site.collect(staging).published)
        #expect(try staging.entries(of: second).map(\.entry.mode) == [0o600])
        #expect(site.status(try site.treePath() + "/a")?.mode == 0o600)
        try site.put("a", "same", mode: 0o600, seconds: 1_540_000_000)
        #expect(try site.collect(staging).published != nil)
        #expect(site.status(try site.treePath() + "/a")?.modified.seconds == 1_540_000_000)
    }

    @Test func `reads a file again that changed just before it was hashed`() throws {
        site.options.fileClock = currentFileTime
        site.options.racySeconds = 60
        try site.put("a", "one")
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        let second = try site.collect(staging)
        #expect(second.figures.filesRead == 1)
        #expect(second.unchanged == first)
        #expect(try staging.entries(of: first).map(\.stamp.isRacy) == [true])
    }

    @Test func `drops from a mirror what is gone, and keeps it in what accumulates`() throws {
        for dataset in [Dataset.mirror, .accumulating] {
            let site = try Site()
            for path in ["a", "f/b", "f/c", "g/d"] { try site.put(path, path) }
            let staging = try site.open()
            try site.collect(staging, dataset)
            try site.remove("g")
            try site.put("f/b", "b, but longer")
            try site.put("h", "h")
            let second = try #require(try site.collect(staging, dataset).published)
            #expect(second.outcome == .complete)
            let kept = dataset.kind == .accumulate ? ["g/d"] : []
            #expect(try staging.paths(of: second) == ["a", "f/b", "f/c"] + kept + ["h"])
            #expect(try site.tree(dataset)["g/d"] == (dataset.kind == .accumulate ? "g/d" : nil))
            #expect(try site.tree(dataset)["f/b"] == "b, but longer")
        }
    }

    @Test func `turns a file into a folder and back`() throws {
        for dataset in [Dataset.mirror, .accumulating] {
            let site = try Site()
            for path in ["a", "b", "c", "x"] { try site.put(path, path) }
            let staging = try site.open()
            try site.collect(staging, dataset)
            try site.remove("x")
            try site.put("x/inside", "now a folder")
            let second = try #require(try site.collect(staging, dataset).published)
            #expect(try staging.paths(of: second) == ["a", "b", "c", "x/inside"])
            try site.remove("x")
            try site.put("x", "a file again")
            let third = try #require(try site.collect(staging, dataset).published)
            #expect(try staging.paths(of: third) == ["a", "b", "c", "x"])
            #expect(try site.tree(dataset)["x"] == "a file again")
        }
    }

    @Test func `merges its parts in order, and the first part wins`() throws {
        try site.put("one/a", "from one")
        try site.put("one/m", "from one")
        try site.put("two/a", "from two")
        try site.put("two/z", "from two")
        let gathering = Gathering(parts: [
            .folder(SourceFolder(path: site.source + "/one")),
            .text(
                Array("made".utf8), as: try RelativePath("b"), mode: 0o600,
                modified: FileTime(seconds: 9, nanoseconds: 8)),
            .folder(SourceFolder(path: site.source + "/two")),
            .file(at: SourcePlace(site.source + "/two/z"), as: try RelativePath("c/copied")),
        ])
        let staging = try site.open()
        let generation = try #require(try site.collect(staging, .accumulating, gathering).published)
        #expect(try staging.paths(of: generation) == ["a", "b", "c/copied", "m", "z"])
        #expect(
            try site.tree(.accumulating) == [
                "a": "from one", "b": "made", "c/copied": "from two", "m": "from one", "z": "from two",
            ])
        let made = try #require(site.status(try site.treePath(.accumulating) + "/b"))
        #expect(made.modified == FileTime(seconds: 9, nanoseconds: 8))
        #expect(made.mode == 0o600)
        #expect(try site.collect(staging, .accumulating, gathering).unchanged == generation)
    }

    @Test func `takes a made file that says the same as the file that it was`() throws {
        func gathering(_ text: String, at seconds: Int64) throws -> Gathering {
            Gathering(parts: [
                .text(
                    Array(text.utf8), as: try RelativePath("git-commit.log"), mode: 0o644,
                    modified: FileTime(seconds: seconds, nanoseconds: 0))
            ])
        }
        let staging = try site.open()
        let first = try #require(try site.collect(staging, .singleFiles, gathering("same", at: 1000)).published)
        #expect(try site.collect(staging, .singleFiles, gathering("same", at: 2000)).unchanged == first)
        let other = try #require(try site.collect(staging, .singleFiles, gathering("other", at: 3000)).published)
        #expect(try staging.entries(of: other).map(\.entry.modified.seconds) == [3000])
    }

    @Test func `puts single files beside those of other datasets`() throws {
        let log = try RelativePath("git-commit.log")
        let details = try RelativePath("git-commit-details.log")
        try site.put("details", "the field's own")
        func gathering(_ text: String, withDetails: Bool) -> Gathering {
            var parts: [Gathering.Part] = [
                .text(Array(text.utf8), as: log, mode: 0o644, modified: FileTime(seconds: 5, nanoseconds: 0))
            ]
            if withDetails { parts.append(.file(at: SourcePlace(site.source + "/details"), as: details)) }
            return Gathering(parts: parts)
        }
        try site.put("settings", "GSTUDIO_INSTITUTE_ID ='mz150'\n")
        let staging = try site.open()
        try site.collect(
            staging, .settings,
            Gathering(parts: [
                .file(at: SourcePlace(site.source + "/settings"), as: RelativePath("server_settings.py"))
            ]))
        try site.collect(staging, .singleFiles, gathering("one", withDetails: true))
        #expect(
            try site.tree(.settings) == [
                "git-commit-details.log": "the field's own", "git-commit.log": "one",
                "server_settings.py": "GSTUDIO_INSTITUTE_ID ='mz150'\n",
            ])
        let second = try #require(
            try site.collect(staging, .singleFiles, gathering("two", withDetails: false)).published)
        #expect(try staging.paths(of: second) == ["git-commit.log"])
        #expect(
            try site.tree(.settings) == [
                "git-commit.log": "two", "server_settings.py": "GSTUDIO_INSTITUTE_ID ='mz150'\n",
            ])
    }

    @Test func `starts a new year from the source, without reading what it knows`() throws {
        for path in ["a", "b"] { try site.put(path, path) }
        let staging = try site.open()
        try site.collect(staging, .accumulating, year: 2018)
        try site.remove("a")
        let result = try site.collect(staging, .accumulating, year: 2019)
        let next = try #require(result.published)
        #expect(result.figures.filesRead == 0)
        #expect(try staging.paths(of: next) == ["b"])
        #expect(try site.tree(.accumulating, year: 2018) == ["a": "a", "b": "b"])
        #expect(try site.tree(.accumulating, year: 2019) == ["b": "b"])
    }

    @Test func `lists what it left out without calling it partial`() throws {
        try site.put("a", "a")
        symlink("/etc/passwd", site.source + "/link")
        let result = try site.collect(site.open())
        #expect(result.published?.outcome == .complete)
        #expect(result.skipped == [Shortfall(path: "link", reason: "is a symlink; symlinks are not followed")])
    }

    @Test func `is ended by an error of its progress, and leaves nothing behind`() throws {
        for number in 0..<300 { try site.put("\(number)", "x") }
        let staging = try site.open()
        #expect(throws: StagingError(.interrupted, "enough")) {
            try staging.collect(.mirror, year: Year(2018), gathering: site.folder, clock: Site.clock) { _ in
                throw StagingError(.interrupted, "enough")
            }
        }
        #expect(site.generationFolders.isEmpty)
        #expect(try staging.currentGenerations().isEmpty)
        // The number that the pass had taken is not given out again.
        #expect(try #require(try site.collect(staging).published).sequence == 2)
    }

    @Test func `tells of its progress in the middle of a large file, and can be ended there`() throws {
        try site.put(Array("big".utf8), noise(40 << 20))
        let staging = try site.open()
        var calls = 0
        try #require(throws: StagingError(.interrupted, "enough")) {
            try staging.collect(.mirror, year: Year(2018), gathering: site.folder, clock: Site.clock) { progress in
                calls += 1
                #expect(progress.files == 1)
                if calls == 3 { throw StagingError(.interrupted, "enough") }
            }
        }
        #expect(site.generationFolders.isEmpty)
    }

    @Test func `keeps an empty mirror as an empty generation`() throws {
        let staging = try site.open()
        let generation = try #require(try site.collect(staging).published)
        #expect(generation.files == 0)
        #expect(generation.outcome == .complete)
        #expect(site.status(try site.treePath())?.kind == .folder)
        #expect(try site.collect(staging).unchanged == generation)
    }
}

extension Site {
    @discardableResult
    func collect(_ staging: Staging, _ dataset: Dataset, _ gathering: Gathering) throws -> CollectionResult {
        try collect(staging, dataset, year: Site.year, gathering)
    }
}
