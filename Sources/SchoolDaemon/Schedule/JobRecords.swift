import LevelTree
import Settings
import Staging
import Wire

/// The past of every job, as a small file of the state directory. A lost or damaged one is begun anew: then each job is
/// done once more.
enum JobRecords {
    static func load(from files: InstallationFiles) -> [Job: JobRecord] {
        guard let bytes = try? files.read(.schedule),
            let named = try? WireCoding.decode([String: JobRecord].self, from: bytes)
        else { return [:] }
        return named.reduce(into: [:]) { records, item in
            if let job = Job(name: item.key) { records[job] = item.value }
        }
    }

    /// - Returns: what is wrong if it cannot be written.
    static func save(_ records: [Job: JobRecord], to files: InstallationFiles) -> String? {
        let named = records.reduce(into: [:]) { $0[$1.key.name] = $1.value }
        do {
            try files.write(WireCoding.encode(named), as: .schedule)
            return nil
        } catch {
            return "when each job was done cannot be kept for the next start: \(error)"
        }
    }
}

extension InstallationFiles.Name {
    static let schedule = InstallationFiles.Name(rawValue: "schedule.json")
}

extension Job {
    /// The one of that name; nil for one of another version.
    init?(name: String) {
        if name.hasPrefix("collect."), let dataset = Dataset(name: String(name.dropFirst("collect.".count))) {
            self = .collect(dataset)
        } else if name.hasPrefix("run."), let script = DerivedScript(rawValue: String(name.dropFirst("run.".count))) {
            self = .run(script)
        } else {
            return nil
        }
    }
}
