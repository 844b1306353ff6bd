import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("A mirror holds back")
struct MirrorGuardTests {
    let site: Site

    init() throws {
        site = try Site()
        for number in 0..<10 { try site.put("f/\(number)", "content \(number)") }
    }

    @Test func `when its source is missing, until that was seen twice`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        rename(site.source, site.root + "/away")
        let held = try site.collect(staging)
        #expect(held.heldReason?.contains("is not there") == true)
        #expect(held.outcome == .failed)
        #expect(try staging.currentGenerations() == [first])
        #expect(try site.tree().count == 10)
        let believed = try #require(try site.collect(staging).published)
        #expect(believed.files == 0)
        #expect(try site.tree().isEmpty)
        #expect(try site.collect(staging).unchanged == believed)
    }

    @Test func `anew after the source was well in between`() throws {
        let staging = try site.open()
        try site.collect(staging)
        for _ in 0..<3 {
            rename(site.source, site.root + "/away")
            #expect(try site.collect(staging).heldReason != nil)
            rename(site.root + "/away", site.source)
            #expect(try site.collect(staging).unchanged != nil)
        }
    }

    @Test func `when more than half of its files are gone, and not at half`() throws {
        let staging = try site.open()
        try site.collect(staging)
        for number in 0..<5 { try site.remove("f/\(number)") }
        #expect(try site.collect(staging).published?.files == 5)
        for number in 5..<8 { try site.remove("f/\(number)") }
        let held = try site.collect(staging)
        #expect(held.heldReason?.contains("3 of its 5 files") == true)
        #expect(try site.tree().count == 5)
        #expect(site.generationFolders.count == 1)
        #expect(try site.collect(staging).published?.files == 2)
    }

    @Test func `under disbelief however often, and what was seen then counts for nothing later`() throws {
        let staging = try site.open()
        try site.collect(staging)
        try site.remove("f")
        for _ in 0..<3 {
            let held = try staging.collect(
                .mirror, year: Year(Site.year), gathering: site.folder, clock: Site.clock,
                disbelief: "the disk is away")
            #expect(held.heldReason?.hasSuffix("the last generation stands, as long as the disk is away") == true)
        }
        #expect(try site.collect(staging).heldReason != nil)
        #expect(try site.tree().count == 10)
        #expect(try site.collect(staging).published?.files == 0)
    }

    @Test func `under disbelief not from a disk that was copied to another one`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try site.pretendOtherDevice(staging, first)
        try site.remove("f")
        for number in 0..<10 { try site.put("f/\(number)", "content \(number)") }
        func collect() throws -> CollectionResult {
            try staging.collect(
                .mirror, year: Year(Site.year), gathering: site.folder, clock: Site.clock,
                disbelief: "the disk is away")
        }
        #expect(try collect().heldReason?.contains("another device") == true)
        #expect(try collect().heldReason == nil)
        #expect(try site.tree().count == 10)
    }

    @Test func `across a restart of the program`() throws {
        try site.collect(site.open())
        try site.remove("f")
        #expect(try site.collect(site.open()).heldReason != nil)
        #expect(try site.collect(site.open()).published?.files == 0)
    }

    @Test func `when it lies on another device with other files`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try site.pretendOtherDevice(staging, first)
        try site.remove("f")
        for number in 0..<10 { try site.put("f/\(number)", "other files") }
        let held = try site.collect(staging)
        #expect(held.heldReason?.contains("another device") == true)
        #expect(held.figures.filesRead == 0)
        #expect(try site.tree()["f/1"] == "content 1")
        #expect(try site.collect(staging).published != nil)
        #expect(try site.tree()["f/1"] == "other files")
        #expect(try site.collect(staging).unchanged != nil)
    }

    @Test func `but not when the same files only got another device number`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try site.pretendOtherDevice(staging, first)
        try site.put("f/new", "new")
        #expect(try site.collect(staging).published?.files == 11)
    }

    @Test(.enabled(if: isRoot, "mounting needs root"))
    func `when only its empty mount point is left`() throws {
        let staging = try site.open()
        mkdir(site.root + "/disk", 0o755)
        #expect(mount("none", site.root + "/disk", "tmpfs", 0, "size=1m") == 0)
        var isMounted = true
        defer { if isMounted { umount(site.root + "/disk") } }
        let disk = Gathering(parts: [.folder(SourceFolder(path: site.root + "/disk"))])
        close(creat(site.root + "/disk/file", 0o644))
        try site.collect(staging, .byReference, disk)
        umount(site.root + "/disk")
        isMounted = false
        #expect(try site.collect(staging, .byReference, disk).heldReason?.contains("another device") == true)
        #expect(try staging.currentGenerations().map(\.files) == [1])
    }

    @Test func `for single files too`() throws {
        let gathering = Gathering(parts: [
            .file(at: SourcePlace(site.source + "/settings"), as: try RelativePath("server_settings.py"))
        ])
        let staging = try site.open()
        #expect(try site.collect(staging, .settings, gathering).failedReason?.contains("is not there") == true)
        try site.put("settings", "x")
        try site.collect(staging, .settings, gathering)
        try site.remove("settings")
        #expect(try site.collect(staging, .settings, gathering).heldReason != nil)
        #expect(site.content(try site.treePath(.settings) + "/server_settings.py") == "x")
        #expect(try site.collect(staging, .settings, gathering).published?.files == 0)
        #expect(site.status(try site.treePath(.settings) + "/server_settings.py") == nil)
    }

    @Test func `and a source that cannot be read at all fails, again and again`() throws {
        try asOrdinaryUser {
            let staging = try site.open()
            let first = try #require(try site.collect(staging).published)
            chmod(site.source, 0)
            defer { chmod(site.source, 0o755) }
            for _ in 0..<3 {
                let result = try site.collect(staging)
                #expect(result.failedReason?.contains("Permission denied") == true)
            }
            #expect(try staging.currentGenerations() == [first])
        }
    }

    @Test func `while an accumulating dataset loses nothing and only says so`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging, .accumulating).published)
        rename(site.source, site.root + "/away")
        #expect(try site.collect(staging, .accumulating).failedReason != nil)
        var gathering = site.folder
        gathering.parts.append(
            .text([1], as: try RelativePath("made"), mode: 0o644, modified: FileTime(seconds: 1, nanoseconds: 0)))
        let partial = try #require(try site.collect(staging, .accumulating, gathering).published)
        #expect(partial.outcome == .partial)
        #expect(partial.files == first.files + 1)
        #expect(partial.shortfalls.count == 1)
    }

    @Test func `and a missing source makes nothing of a new year`() throws {
        let staging = try site.open()
        try site.collect(staging)
        rename(site.source, site.root + "/away")
        for _ in 0..<3 { #expect(try site.collect(staging, year: 2019).failedReason != nil) }
    }
}

extension Site {
    /// As after a boot that numbered the disks otherwise.
    func pretendOtherDevice(_ staging: Staging, _ generation: Generation) throws {
        try staging.write { database in
            let row = try #require(try GenerationTable.row(generation.sequence, database))
            var origins = row.origins
            origins[0].device = 12345
            try GenerationTable.setOrigins(origins, of: generation.sequence, database)
        }
    }
}
