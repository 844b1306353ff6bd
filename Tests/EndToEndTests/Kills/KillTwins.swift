import Foundation
import Testing

/// Two schools with the same folders, each with a store of its own. One of them is killed in its uploads, or its store is;
/// the other is left in peace.
final class KillTwins {
    private let workspace: Workspace
    private let harmed: Scene
    private let proxy: Proxy
    private let calm: SchoolMachine
    private let calmStore: StoreProcess
    private var random: EndToEnd.Killed.Seeded
    /// What was done, for who has to find out.
    private(set) var story = ""

    private static let datasets = [
        "gstudio-logs", "progress-csvs", "activity-csvs", "rcs-repo", "media", "server-settings", "assessment-media",
    ]
    /// Bytes a second, so that a frame takes a while.
    private static let link = 8_000_000

    init(seed: UInt64) throws {
        random = .init(state: seed)
        workspace = try Workspace()
        harmed = try Scene(withProxy: true, linkRate: Self.link, in: workspace)
        proxy = try #require(harmed.proxy)
        calmStore = try StoreProcess(in: workspace, data: workspace.path("calm-store"))
        try calmStore.serve()
        calm = try SchoolMachine(in: workspace, named: "calm", url: calmStore.url, source: harmed.school.source)
        try calm.enroll(calmStore.addSchool(), url: calmStore.url).ended(with: 0)
        // With something common, schools ask what is missing.
        let pristine = try workspace.folder("pristine")
        try ChildProcess.succeed("cp", "-a", "\(core)/data/rcs-repo/Nodes", pristine)
        for store in [harmed.store, calmStore] { try store.command("seed", pristine, "--name", "image").ended(with: 0) }
        for school in [harmed.school, calm] { try school.start(["collect"] + Self.datasets).wait().ended(with: 0) }
    }

    private var core: String { "\(harmed.school.source)/home/core" }

    // MARK: A day

    /// Something new in every dataset, collected by both.
    func beginDay(_ day: Int) throws {
        story += "day \(day)\n"
        let data = "\(core)/data"
        try write(noise(200_000...900_000), to: "\(data)/media/a/b/\(day).png")
        try write(noise(1...40_000), to: "\(core)/assesment-datastore/studentResponseFiles/\(day).wav")
        try write(text(50_000...400_000), to: "\(data)/gstudio-logs/fillCounter.log", isMore: true)
        try write(
            Data("server_id,user\r\n".utf8) + text(10...90_000),
            to: "\(data)/gstudio-exported-users-analytics-csvs/2039150-mz150-unit-\(day).csv")
        for number in 0..<5 { try write(text(100...3000), to: "\(data)/rcs-repo/Nodes/0/0/0/\(day)-\(number).json,v") }
        try write(
            Data("# \(day)\n".utf8), to: "\(core)/code/gstudio/gnowsys-ndf/gnowsys_ndf/server_settings.py", isMore: true
        )
        // What is not whole is in the report, which is sent when it is another one than before.
        let csvs = "\(data)/activity-timestamp-csvs"
        let (from, to) = day.isMultiple(of: 2) ? (csvs, csvs + "-away") : (csvs + "-away", csvs)
        try FileManager.default.moveItem(atPath: from, toPath: to)
        for school in [harmed.school, calm] {
            try school.start(["collect"] + Self.datasets).wait().ended(with: 0, 1)
        }
    }

    /// - Returns: sentences about what differs between the two.
    func endDay() throws -> [String] {
        try uploadAll()
        try calm.upload()
        let tree = try FileTree(harmed.store.tree)
        return try tree.differences(from: FileTree(calmStore.tree), .bytesTimesAndModes)
            + differences("snapshots", snapshots(harmed.store), snapshots(calmStore))
    }

    /// What a lost answer has stopped is asked for again.
    private func uploadAll() throws {
        var told = ""
        for _ in 0..<5 {
            let ended = try harmed.school.command("upload").ended(with: 0, 69, 75)
            if ended.code == 0 { return }
            told += "\(ended)"
        }
        throw ChildProcess.Unexpected(description: "not done after five tries: \(told)\n\(story)")
    }

    private func differences(_ what: String, _ found: [String], _ wanted: [String]) -> [String] {
        found == wanted
            ? [] : ["\(what): \(found.joined(separator: "\n")) instead of \(wanted.joined(separator: "\n"))"]
    }

    /// Year, dataset, files, bytes and outcome of each, without times and the installation's name; also without the
    /// sequence, which may have gaps.
    private func snapshots(_ store: StoreProcess) throws -> [String] {
        try store.command("log", "mz150").ended(with: 0).lines.map { line in
            let cells = line.split(separator: " ").dropLast()
            return cells.enumerated().filter { place, cell in
                place != 2 && !cell.contains(":") && cell.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) == nil
            }.map(\.element).joined(separator: " ")
        }
    }

    /// Of all the kills: in the spool, in staging, and in what is said with nothing new.
    func expectNothingLeft() throws {
        for store in [harmed.store, calmStore] { try store.verifyEverything() }
        let (left, usual) = (try StagingFootprint(harmed.school.staging), try StagingFootprint(calm.staging))
        #expect(left.filesBeside == usual.filesBeside)
        #expect(left.beside == usual.beside)
        let before = proxy.counts
        try harmed.school.upload()
        let after = proxy.counts
        #expect(after.up + after.down - before.up - before.down < 6000)
        #expect(after.connections == before.connections + 1)
    }

    // MARK: A kill

    /// - Returns: the stage at which it came; nil: the upload had ended before.
    func kill() throws -> KillMoment.Stage? {
        let moment = KillMoment(&random)
        let upload = try harmed.school.start("upload")
        let serving = try #require(harmed.store.serving)
        let killed = DispatchSemaphore(value: 0)
        let ambush = Ambush(proxy, moment) {
            if moment.killsSchool { upload.signal(SIGKILL) }
            if moment.killsStore { serving.signal(SIGKILL) }
            killed.signal()
        }
        var isHit = false
        while !isHit, upload.isRunning { isHit = killed.wait(timeout: .now() + 0.02) == .success }
        ambush.end(proxy)
        isHit = isHit || killed.wait(timeout: .now()) == .success
        story += "\(moment): \(isHit ? "killed" : "never came")\n"
        if isHit, moment.killsStore {
            harmed.store.kill()
            try harmed.store.serve()
            proxy.follow(harmed.store)
        }
        if !moment.killsSchool, !moment.goesOn { upload.signal(SIGTERM) }
        let ended = try upload.wait()
        try proxy.waitUntilIdle()
        story += "  exit \(ended.code)\n"
        // Some have just ended by themselves.
        if moment.killsSchool, ended.code != 128 + SIGKILL { try ended.ended(with: 0) }
        return isHit ? moment.stage : nil
    }

    // MARK: Content

    private func write(_ data: Data, to path: String, isMore: Bool = false) throws {
        try FileManager.default.createDirectory(atPath: path.deletingLastComponent, withIntermediateDirectories: true)
        let old = isMore ? try Data(contentsOf: URL(fileURLWithPath: path)) : Data()
        try (old + data).write(to: URL(fileURLWithPath: path))
    }

    private func noise(_ sizes: ClosedRange<Int>) -> Data {
        let count = Int.random(in: sizes, using: &random) / 8
        return (0..<count).reduce(into: Data(capacity: count * 8)) { data, _ in
            withUnsafeBytes(of: random.next()) { data.append(contentsOf: $0) }
        }
    }

    private func text(_ sizes: ClosedRange<Int>) -> Data { Data(noise(sizes).base64EncodedString().utf8) }
}
