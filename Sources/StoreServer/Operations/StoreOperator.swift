import CentralStore
import LevelTree

/// Carries out what an operator asks for, on a store that this process holds.
struct StoreOperator: Sendable {
    let store: CentralStore
    /// Returns when the tree has followed, or with a sentence on why it has not yet.
    let followInTree: @Sendable () -> String?

    /// - Parameter report: told now and then how far a long operation is; what it throws ends the operation where that
    ///   does no harm.
    func perform(
        _ operation: StoreOperation, report: @escaping @Sendable (OperationProgress) throws -> Void
    ) throws -> OperationResult {
        switch operation {
        case .addSchool(let identity):
            try identity.requireConfigured()
            let code = try store.addSchool(identity.serverID, code: identity.schoolCode, name: identity.schoolName)
            return .code(code.text)
        case .importSchools(let lines):
            return .done(following(try importSchools(lines)))
        case .newCode(let school):
            return .code(try store.makeCode(for: school).text)
        case .setSchool(let school, let code, let name):
            try store.setSchool(school, code: code, name: name)
            return .done(following("\(school) is now \(try describe(school))."))
        case .revoke(let school):
            let count = try store.revoke(school)
            let what = count == 0 ? "had no installation that could be revoked" : "is revoked, from its next request on"
            return .done("\(school) \(what). A new code lets a machine enrol again: clix-store school code \(school)")
        case .seed(let folder, let name):
            return .done(try seed(folder, name, report))
        case .noteDamage(let blocks):
            let count = try store.noteDamage(in: blocks)
            return .done(
                "\(count) damaged \(count == 1 ? "chunk is" : "chunks are") noted as missing: schools that still have "
                    + "them send them again with the commit that names them, and seeded ones come again with clix-store "
                    + "seed.")
        }
    }

    private func following(_ sentence: String) -> String {
        [sentence, followInTree()].compactMap { $0 }.joined(separator: " ")
    }

    private func describe(_ school: ServerID) throws -> String {
        let summary = try store.school(named: school.text)
        return "\(summary.directory), \"\(summary.name)\""
    }

    private func importSchools(_ lines: [SchoolList.Line]) throws -> String {
        let known = Dictionary(try store.schools().map { ($0.serverID, $0) }, uniquingKeysWith: { first, _ in first })
        var (added, changed) = (0, 0)
        for line in lines {
            if let school = known[line.serverID] {
                guard school.listedCode != line.schoolCode || school.listedName != line.schoolName else { continue }
                try store.setSchool(line.serverID, code: line.schoolCode, name: line.schoolName)
                changed += 1
            } else {
                _ = try store.addSchool(line.serverID, code: line.schoolCode, name: line.schoolName)
                added += 1
            }
        }
        let same = lines.count - added - changed
        return
            "\(Counted.text(lines.count, "school")) in the list: \(added) added, \(changed) changed, \(same) known as they are. "
            + "A school's one-time code is printed by: clix-store school code ID"
    }

    private func seed(
        _ folder: String, _ name: String, _ report: @escaping @Sendable (OperationProgress) throws -> Void
    ) throws -> String {
        let summary = try store.seed(folder, name: name) { files, bytes in
            // A command that went away does not undo a seed half done: what is read once need not be read again.
            try? report(OperationProgress(title: "seed \(name)", files: Int(clamping: files), bytes: bytes))
        }
        let skipped = summary.skipped.prefix(20).map { "\n  left out: \($0.path): \($0.reason)" }.joined()
        let files = Counted.text(summary.files, "file") + " with " + Counted.text(summary.bytes, "byte")
        let verb = summary.files == 1 ? "is" : "are"
        return "\(files) \(verb) common now: \(Counted.text(summary.chunks, "chunk")), "
            + "\(summary.newChunks) of them new to this store.\(skipped)"
    }
}
