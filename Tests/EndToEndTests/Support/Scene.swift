import Foundation

/// What most tests begin with: a store that serves, and a made-up school's machine beside it, enrolled.
struct Scene {
    let workspace: Workspace
    let store: StoreProcess
    let school: SchoolMachine
    /// Where asked for, everything of the school goes through here.
    let proxy: Proxy?

    init(
        isEnrolled: Bool = true, withProxy: Bool = false, linkRate: Int? = nil, storeSettings: String = "",
        storeData: String? = nil,
        staging: String? = nil, in workspace: Workspace? = nil, make: [String] = ["--small"]
    ) throws {
        self.workspace = try workspace ?? Workspace()
        store = try StoreProcess(in: self.workspace, data: storeData, settings: storeSettings)
        try store.serve()
        proxy = withProxy ? try Proxy(before: store, rate: linkRate) : nil
        school = try SchoolMachine(in: self.workspace, url: proxy?.url ?? store.url, staging: staging)
        try ChildProcess.run("python3", [Project.madeSchool, school.source] + make).ended(with: 0)
        if isEnrolled { try school.enroll(store.addSchool(), url: url).ended(with: 0) }
    }

    /// Where the school finds its store.
    var url: String { proxy?.url ?? store.url }

    /// The school's LEVEL 2 folder in the store's tree.
    var tree: String { "\(store.tree)/\(collectionYear)/mz/2039150-mz150" }

    /// What in the tree is not as at the source; none when all arrived.
    func differences(_ compare: FileTree.Compare = .bytesAndTimes) throws -> [String] {
        try Level.differences(tree: tree, source: school.source, compare)
    }
}
