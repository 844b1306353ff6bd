import Foundation
import Testing

/// A real school's server that a real `clix-collectd` collects.
final class CollectedSchool {
    let workspace: Workspace
    let real: RealSchool
    let machine: SchoolMachine
    /// All that the programs have printed, on both streams.
    private(set) var printed = ""

    /// - Parameters:
    ///   - url: of its store; by default nobody's.
    ///   - extra: more of its configuration.
    ///   - memory, make, more: as `RealSchool` takes them.
    init(
        in workspace: Workspace, layout: RealSchool.Layout = .since2018, url: String = "https://127.0.0.1:9",
        staging: String? = nil, extra: String = "", memory: String? = nil, make: [String] = ["--small"],
        more: [String] = []
    ) throws {
        self.workspace = workspace
        real = try RealSchool(in: workspace, layout: layout, memory: memory, make: make, more: more)
        machine = try SchoolMachine(
            in: workspace, url: url, source: real.source, staging: staging, sourceLines: real.sourceLines, extra: extra)
    }

    /// The same machine with more in its configuration, such as a dataset's own table.
    func machine(named name: String, extra: String) throws -> SchoolMachine {
        try SchoolMachine(
            in: workspace, named: name, url: "https://127.0.0.1:9", source: real.source, staging: machine.staging,
            sourceLines: real.sourceLines, extra: extra)
    }

    /// Leaves the database server only the platform's own database, so that a dump of everything is short.
    func dropAssessments() throws {
        let line = "COLLECTIONS = {'gstudio-mongodb': COLLECTIONS['gstudio-mongodb']}"
        try real.shell("echo \"\(line)\" >>/usr/local/lib/clix-fixture/mongo_data.py")
    }

    /// One command, to its end.
    @discardableResult
    func command(_ arguments: String...) throws -> ChildProcess.Finished {
        try heard(ChildProcess.run(Built.collectd, arguments + ["--config", machine.configuration], within: 300))
    }

    /// A command that was begun by `machine.start`, to its end.
    @discardableResult
    func ended(_ process: ChildProcess) throws -> ChildProcess.Finished { try heard(process.wait(within: 300)) }

    /// What else was printed, such as by the store. Whatever is, none of the machine's secrets may be in it.
    func hear(_ text: String) {
        #expect(RealSchool.secrets.filter(text.contains) == [])
        printed += text
    }

    private func heard(_ finished: ChildProcess.Finished) -> ChildProcess.Finished {
        hear(finished.output + finished.errors)
        return finished
    }

    /// The staged LEVEL 2 folder.
    var level2: String { "\(machine.staging)/tree/\(collectionYear)/mz/2039150-mz150" }

    /// What is staged of a folder of `gstudio`; empty where nothing is.
    func staged(_ folder: String) throws -> FileTree {
        try FileTree("\(level2)/gstudio/\(folder)", followingLinks: true, ifPresent: true)
    }

    /// Every staged file's bytes.
    func contents(_ folder: String) throws -> [String: Data] {
        let tree = try staged(folder)
        return try Dictionary(uniqueKeysWithValues: tree.files.keys.map { ($0, try tree.content($0)) })
    }

    /// Processes inside that a collection of ours has started and left behind; zombies are none.
    func leftInside() throws -> [String] {
        // Each user sees the environment of its own processes only.
        try ["root", "postgres"].flatMap { user in
            let look =
                "for file in $(grep -ls CLIX_RUN /proc/[0-9]*/environ); do tr '\\0' ' ' <${file%environ}cmdline; echo; done"
            return try real.run("bash", "-c", look, user: user).ended(with: 0).lines
        }
    }
}

extension CollectedSchool {
    /// Writes who the server says it is, as people have typed it in the field: a line that is nil is missing, and an
    /// apostrophe in the name makes broken Python.
    func setIdentity(_ id: String, code: String?, name: String?) throws {
        var text = "GSTUDIO_INSTITUTE_ID ='\(id)'\n"
        if let code { text += "GSTUDIO_INSTITUTE_ID_SECONDARY ='\(code)'\n" }
        if let name { text += "GSTUDIO_INSTITUTE_NAME ='\(name)'\n" }
        for folder in ["data", "code/gstudio/gnowsys-ndf/gnowsys_ndf"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(real.core)/\(folder)/server_settings.py"))
        }
    }
}
