import Collecting
import Glibc
import LevelTree
import Settings
import Staging
import Wire

/// What is there now of the sources that the last generations of mirrors were collected from.
struct MirrorSources: Sendable {
    /// The last generation of each mirror that is gone: its source is not there, or an empty folder.
    private(set) var gone: [Dataset: Generation] = [:]
    /// By root.
    private(set) var doubts: [String: RootDoubt] = [:]
    private var roots: [Dataset: String] = [:]

    /// Looks at names only.
    /// - Throws: `StagingError`.
    init(_ school: School, _ identity: SchoolIdentity, _ staging: Staging) throws {
        let context = school.lookingContext(identity)
        var mirrors: [RootDoubt.Mirror] = []
        for (dataset, generation) in try Self.lastGenerations(school, staging) {
            guard let collector = Collectors.all.first(where: { $0.dataset == dataset }),
                let root = Self.root(of: try staging.sources(of: generation), school.settings.source)
            else { continue }
            let isGone = Self.isGone(collector.locate(context))
            roots[dataset] = root
            if isGone { gone[dataset] = generation }
            mirrors.append(RootDoubt.Mirror(dataset: dataset, root: root, isGone: isGone))
        }
        let all = Set(school.settings.source.roots)
        doubts = RootDoubt.judge(
            mirrors, absent: all.filter(MountPoints.isAbsent),
            unmounted: MountPoints.load(from: school.files).roots.filter { !MountPoints.isMountPoint($0) })
    }

    /// What to do about each doubted root, but for what `School.missingSources` says.
    func warnings(_ sources: SourcePaths) -> [String] {
        doubts.filter { $0 != (sources.data, .absent) }.map { $1.sentence($0) }.sorted()
    }

    /// Why what is gone of a dataset is not believed to be gone, as a clause; nil if it may be.
    func disbelief(_ dataset: Dataset) -> String? {
        roots[dataset].flatMap { root in
            doubts[root].map { _ in "\(root) looks like a disk that is not mounted" }
        }
    }

    private static func lastGenerations(_ school: School, _ staging: Staging) throws -> [Dataset: Generation] {
        let mirrors = try staging.currentGenerations().filter {
            $0.dataset.kind == .mirror && school.settings.settings(for: $0.dataset).isEnabled
        }
        return Dictionary(mirrors.map { ($0.dataset, $0) }) { $0.sequence > $1.sequence ? $0 : $1 }
            .filter { $0.value.files > 0 }
    }

    /// The innermost root that holds the first of these places.
    private static func root(of places: [[UInt8]], _ sources: SourcePaths) -> String? {
        guard let place = places.first else { return nil }
        return sources.roots.filter { place.starts(with: Array(($0 + "/").utf8)) }.max { $0.utf8.count < $1.utf8.count }
    }

    private static func isGone(_ location: Location) -> Bool {
        if location.problem?.code == .notNeeded { return false }
        let parts = location.gathering.parts
        if location.absence != nil { return true }
        return !parts.isEmpty && parts.allSatisfy(isGone)
    }

    /// What may not be looked at is there.
    private static func isGone(_ part: Gathering.Part) -> Bool {
        do throws(SourceProblem) {
            switch part {
            case .folder(let folder): return isEmpty(try folder.place.openDescriptor(.folder))
            case .file(let place, _), .waiting(let place, _, _):
                try place.check(for: .file)
                return false
            case .text, .made, .missed: return false
            }
        } catch {
            return error.isMissing
        }
    }

    /// Closes the descriptor.
    private static func isEmpty(_ folder: Int32) -> Bool {
        guard let listing = fdopendir(folder) else {
            close(folder)
            return false
        }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != Array(".".utf8), name != Array("..".utf8) { return false }
        }
        return true
    }
}

/// Which roots were mount points at the last pass that believed them: a small file of the state directory. Without it
/// only one of the signs of a disk that is not mounted is missing.
struct MountPoints: Codable, Hashable, Sendable {
    var roots: Set<String> = []

    static func load(from files: InstallationFiles) -> MountPoints {
        guard let bytes = try? files.read(.mountPoints) else { return MountPoints() }
        return (try? WireCoding.decode(MountPoints.self, from: bytes)) ?? MountPoints()
    }

    /// Remembers how things are, but for roots that are doubted.
    func updated(_ sources: SourcePaths, doubted: Set<String>) -> MountPoints {
        MountPoints(
            roots: Set(
                sources.roots.filter { doubted.contains($0) ? roots.contains($0) : Self.isMountPoint($0) }))
    }

    func save(to files: InstallationFiles) throws { try files.write(WireCoding.encode(self), as: .mountPoints) }

    static func isAbsent(_ root: String) -> Bool {
        var status = stat()
        return stat(root, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)
    }

    /// Whether it lies on another device than the folder above it; where it is a symlink, the folder that it leads to.
    static func isMountPoint(_ root: String) -> Bool {
        var (here, above) = (stat(), stat())
        guard stat(root, &here) == 0, stat(root + "/..", &above) == 0 else { return false }
        return here.st_dev != above.st_dev
    }
}

extension SourcePaths {
    /// The folders that hold all that is collected.
    var roots: [String] { [data, code, assessmentStore, unplatform] }
}

extension InstallationFiles.Name {
    fileprivate static let mountPoints = InstallationFiles.Name(rawValue: "mount-points.json")
}
