import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("A staging directory")
struct OpeningTests {
    let site: Site

    init() throws { site = try Site() }

    @Test func `belongs to one program at a time`() throws {
        var first: Staging? = try site.open()
        let error = #expect(throws: StagingError.self) { try site.open() }
        #expect(error?.code == .busy)
        #expect(first?.directory == site.stagingPath)
        first = nil
        _ = try site.open()
    }

    @Test func `can be looked at beside the program that has it, and not written`() throws {
        try site.put("a", "a")
        let working = try site.open()
        try site.collect(working)
        let looking = try Staging.look(at: site.stagingPath, identity: Site.identity())
        #expect(try looking.currentGenerations() == working.currentGenerations())
        var paths: [String] = []
        for generation in try looking.currentGenerations() {
            try looking.forEachEntry(of: generation) { paths.append($0.entry.path.description) }
        }
        #expect(paths == ["a"])
        #expect(throws: StagingError.self) { try looking.takeSequence() }
        // What the other one goes on to do is seen.
        try site.put("b", "b")
        try site.collect(working)
        #expect(try looking.currentGenerations() == working.currentGenerations())
    }

    @Test func `can be looked at while nobody has it, which makes nothing, whatever its path is`() throws {
        let strange = site.root + "/a dir?x=1#50%"
        do {
            let staging = try Staging.open(at: strange, identity: Site.identity(), options: site.options)
            try site.put("a", "a")
            try site.collect(staging)
        }
        func state() -> [String] {
            site.files(below: strange + "/state").keys.sorted()
        }
        let before = state()
        do {
            let looking = try Staging.look(at: strange, identity: Site.identity())
            #expect(try looking.currentGenerations().map(\.files) == [1])
            #expect(throws: StagingError.self) { try looking.takeSequence() }
            // Two may look, and nobody may begin to write meanwhile.
            _ = try Staging.look(at: strange, identity: Site.identity())
            let error = #expect(throws: StagingError.self) {
                try Staging.open(at: strange, identity: Site.identity(), options: site.options)
            }
            #expect(error?.code == .busy)
        }
        #expect(state() == before)
        #expect(!before.contains("collectd.sqlite-wal"))
        _ = try Staging.open(at: strange, identity: Site.identity(), options: site.options)
    }

    @Test(arguments: [Dataset.mirror, .accumulating])
    func `restored from a copy keeps what it held, and goes on`(dataset: Dataset) throws {
        try site.put("a", "a")
        try site.put("gone", "only staged")
        do {
            let staging = try site.open()
            try site.collect(staging, dataset)
        }
        // Every file and folder of the copy has another inode.
        let copy = site.stagingPath + "-copy"
        let (from, to) = ("'\(site.stagingPath)'", "'\(copy)'")
        try #require(system("cp -a \(from) \(to) && rm -rf \(from) && cp -a \(to) \(from) && rm -rf \(to)") == 0)
        try site.remove("gone")
        try site.put("b", "b")
        let staging = try site.open()
        let result = try site.collect(staging, dataset)
        guard case .published(let generation) = result.ending else {
            Issue.record("\(result.ending)")
            return
        }
        var paths: [String] = []
        try staging.forEachEntry(of: generation) { paths.append($0.entry.path.description) }
        #expect(paths == (dataset.kind == .mirror ? ["a", "b"] : ["a", "b", "gone"]))
    }

    @Test func `that was never made cannot be looked at`() throws {
        #expect(throws: StagingError.self) {
            try Staging.look(at: site.stagingPath, identity: Site.identity())
        }
        #expect(site.status(site.stagingPath) == nil)
    }

    @Test func `keeps its state to its owner`() throws {
        let staging = try site.open()
        _ = try staging.takeSequence()
        #expect(site.status(site.stagingPath + "/state")?.mode == 0o700)
        for name in ["collectd.sqlite", "collectd.sqlite-wal", "lock"] {
            #expect(site.status("\(site.stagingPath)/state/\(name)")?.mode == 0o600, "\(name)")
        }
        #expect(site.status(site.stagingPath + "/spool")?.mode == 0o700)
        #expect(site.status(site.stagingPath + "/tree")?.mode == 0o750)
    }

    @Test(arguments: ["relative", "/dev/null/staging", "/dev/null"])
    func `must be a folder with an absolute path`(path: String) throws {
        #expect(throws: StagingError.self) { try Staging.open(at: path, identity: Site.identity()) }
    }

    @Test func `moves its tree when the school's code was corrected`() throws {
        try site.put("a", "a")
        let wrong = try Site.identity("ct131", code: "")
        let right = try Site.identity("mz150", code: "2039150")
        do {
            let staging = try site.open(wrong)
            try site.collect(staging)
            try site.collect(
                staging, .settings,
                Gathering(parts: [.file(at: SourcePlace(site.source + "/a"), as: RelativePath("server_settings.py"))]))
            #expect(site.status(site.stagingPath + "/tree/2018/ct/-ct131/gstudio/rcs-repo")?.kind == .folder)
        }
        let staging = try site.open(right)
        #expect(try site.tree() == ["a": "a"])
        #expect(site.content(try site.treePath(.settings) + "/server_settings.py") == "a")
        #expect(site.status(site.stagingPath + "/tree/2018/ct") == nil)
        #expect(try site.collect(staging).unchanged != nil)
    }

    @Test func `has no place for a school of no state, and says so when it collects`() throws {
        let staging = try site.open(Site.identity("sp100", code: "00000000"))
        let error = #expect(throws: StagingError.self) { try site.collect(staging) }
        #expect(error?.code == .unusable)
        #expect(error?.message.contains("server_id") == true)
    }

    @Test func `names a school by its code and id, whatever the code is`() throws {
        let names = [("ct131", "", "ct/-ct131"), ("tg350", "NA", "tg/NA-tg350"), ("mztpd3", "", "mz/-mztpd3")]
        for (id, code, name) in names {
            let site = try Site()
            try site.put("a", "a")
            try site.collect(site.open(Site.identity(id, code: code)))
            #expect(site.content("\(site.stagingPath)/tree/2018/\(name)/gstudio/rcs-repo/a") == "a")
        }
    }

    @Test func `counts anew what a crash left uncounted`() throws {
        try site.put(Array("a".utf8), noise(100_000))
        try site.collect(site.open())
        mkdir(site.stagingPath + "/generations/77", 0o700)
        close(creat(site.stagingPath + "/generations/77/entries", 0o600))
        let staging = try site.open()
        #expect(site.generationFolders == ["1"])
        #expect(try staging.diskUse().used == (try site.measured()))
    }

    @Test(.enabled(if: isRoot, "loop mounts need root"))
    func `shares blocks with a source on the same filesystem, where that can`() throws {
        let image = site.root + "/image"
        mkdir(site.root + "/disk", 0o755)
        guard
            run(
                "truncate -s 400M \(image) && mkfs.xfs -q -m reflink=1 \(image) && mount -o loop \(image) \(site.root)/disk"
            )
        else {
            print("skipped: no xfs with reflinks can be mounted here")
            return
        }
        defer { _ = run("umount \(site.root)/disk") }
        let inner = try Site(in: site.root + "/disk")
        inner.options.fileClock = site.options.fileClock
        try inner.put(Array("big".utf8), noise(40 << 20))
        try inner.put("small", "small")
        _ = run("sync -f \(site.root)/disk")
        let before = try freeBytes(site.root + "/disk")
        let staging = try inner.open()
        let generation = try #require(try inner.collect(staging).published)
        _ = run("sync -f \(site.root)/disk")
        #expect(before - (try freeBytes(site.root + "/disk")) < 8 << 20)
        #expect(inner.bytes(try inner.treePath() + "/big") == noise(40 << 20))
        #expect(try staging.content("small", of: generation) == Array("small".utf8))
    }
}

private func freeBytes(_ path: String) throws -> Int {
    var status = statvfs()
    try #require(statvfs(path, &status) == 0)
    return Int(status.f_bavail) * Int(status.f_frsize)
}

/// Runs a command of the shell; whether it succeeded.
private func run(_ command: String) -> Bool {
    var process = pid_t()
    let words = ["sh", "-c", command + " >/dev/null 2>&1"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    guard posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0 else { return false }
    var status: Int32 = 0
    return waitpid(process, &status, 0) == process && status == 0
}
