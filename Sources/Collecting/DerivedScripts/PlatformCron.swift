import LevelTree
import Settings
import Staging

/// What the platform's own cron runs: in its container every hour or so, and on the host on some Fridays.
public struct PlatformCron: Sendable, Hashable {
    /// The scripts of which it has a line.
    public let scripts: Set<DerivedScript>

    /// The minutes of each hour in which the platform's jobs are at work; in the field the last of them ended past :22.
    public static let busyMinutes = 0..<25

    private init(scripts: Set<DerivedScript>) { self.scripts = scripts }

    /// From the text of a crontab(5).
    init(crontab: [UInt8]) {
        let jobs = crontab.split(separator: UInt8(ascii: "\n")).map { $0.drop { $0 <= 0x20 } }
            .filter { $0.first != UInt8(ascii: "#") }
        scripts = Set(
            DerivedScript.allCases.filter { script in
                script.cronMarks.contains { mark in jobs.contains { $0.contains(Array(mark.utf8)) } }
            })
    }

    /// The crontab that is in force in the container, where that cannot be asked, the file that the platform loads it from
    /// at each start, which installations of 2018 have on the host; and the one beside it that is loaded on the host. What
    /// is in force there is not ours to read.
    /// - Returns: nil where the container's cannot be read.
    public static func read(_ context: CollectionContext) async -> PlatformCron? {
        guard let inside = await container(context) else { return nil }
        guard let host = await host(context) else { return inside }
        return PlatformCron(scripts: inside.scripts.union(host.scripts))
    }

    /// Installations of 2017 have the code tree in the container only.
    private static func host(_ context: CollectionContext) async -> PlatformCron? {
        let name = "confs/mycron-host"
        if let here = file(name, context) { return here }
        return (try? await context.container.run(ContainerProgram("cat", "\(context.containerPaths.code)/\(name)")))
            .map { PlatformCron(crontab: $0.output) }
    }

    private static func container(_ context: CollectionContext) async -> PlatformCron? {
        do throws(ContainerProblem) {
            return PlatformCron(crontab: try await context.container.run(ContainerProgram("crontab", "-l")).output)
        } catch {
            // crontab(1) ends so, with these words, where nobody has set one.
            let hasNone = error.code == .failed(status: 1) && error.errorText.contains(Array("no crontab for".utf8))
            if hasNone { return PlatformCron(crontab: []) }
        }
        return file("confs/mycron", context)
    }

    private static func file(_ name: String, _ context: CollectionContext) -> PlatformCron? {
        (try? SmallFile.read(context.sources.inCode(name), limit: 1 << 20)).map(Self.init(crontab:))
    }
}
