import LevelTree

/// Compares every file in the tree with the snapshot that is shown there.
struct VerificationTree<Source: SnapshotSource> {
    /// A dataset may be swapped while it is compared; then the comparison is made again.
    private static var attempts: Int { 3 }

    private let source: Source
    private let tree: TreeFolder?
    private let markers: TreeMarkers?

    init(source: Source, data: String) throws {
        self.source = source
        let root = try TreeFolder(path: data)
        tree = try root.existingFolder(Array("tree".utf8))
        markers = try root.existingFolder(Array("shown".utf8)).map { try TreeMarkers(folder: $0) }
    }

    func verify(_ report: inout VerificationReport, _ progress: (VerificationProgress) -> Void) throws {
        let current = try source.currentSnapshots()
        guard let tree else {
            if current.isEmpty { return }
            return report.add(VerificationDamage(.tree, "there is no tree; `clix-store rebuild` makes it"))
        }
        let comparison = TreeComparison(tree: tree, content: TreeContentCheck())
        var state = VerificationProgress(stage: .tree, totalSnapshots: current.count)
        var shown: [SnapshotRecord] = []
        for snapshot in current {
            let last = try compare(snapshot, comparison, &report) { bytes in
                state.files += 1
                state.bytes += bytes
                progress(state)
            }
            if let last { shown.append(last) }
            state.snapshots += 1
            progress(state)
        }
        report.treeFiles = state.files
        for stray in try strays(in: tree, beside: shown) {
            report.add(VerificationDamage(.tree, "does not belong into the tree", path: stray))
        }
    }

    /// Asked anew, because a dataset may have appeared for the first time meanwhile; and where something seems not to belong
    /// once more, because one may appear between the question and the look at the tree.
    private func strays(in tree: TreeFolder, beside shown: [SnapshotRecord]) throws -> [RelativePath] {
        func look() throws -> [RelativePath] {
            try TreeOutline(shown + source.currentSnapshots()).strays(in: tree)
        }
        let strays = try look()
        return strays.isEmpty ? [] : strays.filter(Set(try look()).contains)
    }

    /// - Returns: the snapshot that the tree shows, or nil if it shows nothing of the dataset yet.
    private func compare(
        _ current: SnapshotRecord, _ comparison: TreeComparison, _ report: inout VerificationReport,
        file: (UInt64) -> Void
    ) throws -> SnapshotRecord? {
        var attempt = 1
        while true {
            let shown = try shown(of: current)
            let damages = shown.map { compare($0, comparison, file: file) } ?? []
            if !damages.isEmpty, attempt < Self.attempts, try self.shown(of: current) != shown {
                attempt += 1
                continue
            }
            for damage in damages { report.add(damage) }
            if shown != current { report.behind.append(current) }
            return shown
        }
    }

    private func compare(
        _ snapshot: SnapshotRecord, _ comparison: TreeComparison, file: (UInt64) -> Void
    ) -> [VerificationDamage] {
        var damages: [VerificationDamage] = []
        do {
            try comparison.compare(snapshot, from: source, file: file) { path, difference in
                guard damages.count < VerificationReport.listLimit else { return }
                damages.append(VerificationDamage(.tree, difference, snapshot, path: path))
            }
        } catch {
            damages.append(VerificationDamage(.tree, "cannot be compared: \(error)", snapshot))
        }
        return damages
    }

    /// What the tree says it shows: the current snapshot, or an earlier one while that is still being built.
    private func shown(of current: SnapshotRecord) throws -> SnapshotRecord? {
        guard let marker = try markers?.marker(TreeKey(current)) else {
            // Without a marker nothing should stand there. If something does, it has to be the current state.
            return try isEmptyPlace(of: current) ? nil : current
        }
        // Under a former code of the school, until it is moved.
        if marker.snapshot == current.id { return current.filed(under: marker.directory) }
        let history = try source.snapshots(school: current.school, dataset: current.dataset, year: current.year)
        return history.last { $0.id == marker.snapshot }?.filed(under: marker.directory) ?? current
    }

    private func isEmptyPlace(of snapshot: SnapshotRecord) throws -> Bool {
        let place = try TreePlace(snapshot)
        guard let parent = try tree?.existingFolder(at: place.parent) else { return true }
        return try place.names.allSatisfy { try parent.status($0) == nil }
    }
}
