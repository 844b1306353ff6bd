import Foundation

/// What a faulty program would leave at the store. The oracle has to find each of them.
enum YearTampering: CaseIterable {
    case lineIsMissing, lineIsDoubled, lineIsInAnotherYear
    case heartbeatIsMissing, heartbeatIsInAnotherYear
    case fileIsMissing, fileIsCut, fileIsInYearBefore
    case mirrorIsOlder, mirrorLacksFile, mirrorHasDeletedFile

    /// - Parameter folder: a school's checkout.
    func apply(to folder: String, _ machine: YearMachine) throws {
        let trees = try YearOracle.levelTwo(below: folder).sorted { $0.key < $1.key }.map(\.value)
        let (first, second) = (trees[0], trees[1])
        switch self {
        case .lineIsMissing: try changeLines(of: first) { Array($0.dropLast()) }
        case .lineIsDoubled: try changeLines(of: first) { $0 + $0.prefix(1) }
        case .lineIsInAnotherYear:
            var moved = ""
            try changeLines(of: first) {
                moved = $0[0]
                return Array($0.dropFirst())
            }
            try changeLines(of: second) { $0 + [moved] }
        case .heartbeatIsMissing:
            for name in heartbeats(of: first, machine) { try remove(name, first) }
        case .heartbeatIsInAnotherYear:
            for name in heartbeats(of: first, machine) { try move(name, first, second) }
        case .fileIsMissing: try remove(path(first, "gstudio/activity-timestamp-csvs/"), first)
        case .fileIsCut:
            let path = try path(second, "gstudio/gstudio-logs/fillCounter.log")
            try write(second.content(path).dropLast(), path, second)
        case .fileIsInYearBefore:
            // Of the last boot, by its number.
            let names = second.files.keys.filter { $0.hasPrefix("gstudio/activity-timestamp-csvs/mz150-user") }
            let path = names.filter { first.files[$0] == nil }.max { ($0.count, $0) < ($1.count, $1) }
            try write(second.content(path ?? ""), path ?? "", first)
        case .mirrorIsOlder:
            let path = try path(first, "gstudio/db/gstudio-mongodb/Benchmarks.bson")
            try write(first.content(path).prefix(120), path, first)
        case .mirrorLacksFile: try remove(path(second, "gstudio/media/a/"), second)
        case .mirrorHasDeletedFile:
            let pictures = machine.source.files.filter { $0.key.hasPrefix("gstudio/media/a/") }
            guard let deleted = pictures.min(by: { $0.value[0].until < $1.value[0].until }) else { return }
            try write(deleted.value[0].data, deleted.key, second)
        }
    }

    /// Of the first boot.
    private func heartbeats(of tree: FileTree, _ machine: YearMachine) -> [String] {
        tree.files.keys.filter {
            $0.hasPrefix("gstudio/system-heartbeat/") && YearOracle.isHeartbeat($0, of: machine.passed[0])
        }
    }

    private func path(_ tree: FileTree, _ prefix: String) throws -> String {
        guard let path = tree.files.keys.filter({ $0.hasPrefix(prefix) }).min() else {
            throw ChildProcess.Unexpected(description: "there is no \(prefix)")
        }
        return path
    }

    private func changeLines(of tree: FileTree, _ change: ([String]) -> [String]) throws {
        let path = try path(tree, "gstudio/nginx-logs/")
        let lines = String(decoding: try tree.content(path), as: UTF8.self).split(separator: "\n").map(String.init)
        try write(Data(change(lines).map { "\($0)\n" }.joined().utf8), path, tree)
    }

    private func remove(_ path: String, _ tree: FileTree) throws {
        try FileManager.default.removeItem(atPath: "\(tree.root)/\(path)")
    }

    private func move(_ path: String, _ tree: FileTree, _ other: FileTree) throws {
        try FileManager.default.moveItem(atPath: "\(tree.root)/\(path)", toPath: "\(other.root)/\(path)")
    }

    private func write(_ data: Data, _ path: String, _ tree: FileTree) throws {
        let whole = "\(tree.root)/\(path)"
        try? FileManager.default.removeItem(atPath: whole)
        try FileManager.default.createDirectory(
            atPath: whole.deletingLastComponent, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: whole))
    }
}
