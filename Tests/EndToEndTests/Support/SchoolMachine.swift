import Foundation

/// A school's server with a real `clix-collectd`: source folders, a staging directory, a configuration file.
final class SchoolMachine {
    let source: String
    let staging: String
    let configuration: String
    private let workspace: Workspace

    /// - Parameters:
    ///   - source: `[source]` lines; by default those of a made-up school below `source`.
    ///   - url: of the store, or of the proxy before it.
    ///   - docker: the program that stands for it.
    init(
        in workspace: Workspace, named name: String = "school", url: String, source: String? = nil,
        staging: String? = nil, sourceLines: String? = nil, docker: String? = nil, extra: String = ""
    ) throws {
        self.workspace = workspace
        self.source = try source ?? workspace.folder("\(name)-source")
        self.staging = try staging ?? workspace.folder("\(name)-staging")
        let core = "\(self.source)/home/core"
        let places =
            sourceLines
            ?? Self.sourceLines(
                data: "\(core)/data", code: "\(core)/code", assessmentStore: "\(core)/assesment-datastore",
                unplatform: "\(core)/unplatform")
        let lines = places + (docker.map { "\ndocker = [\"\($0)\"]" } ?? "")
        configuration = try workspace.write(
            """
            [store]
            url = "\(url)"

            [source]
            \(lines)

            [staging]
            directory = "\(self.staging)"
            budget = "4 GiB"
            keep_free = "1 MiB"

            \(extra)
            """, to: "\(name).toml")
    }

    /// `[source]` lines for a school whose folders are elsewhere. What is not given is nowhere.
    static func sourceLines(
        data: String, code: String? = nil, assessmentStore: String? = nil, unplatform: String? = nil
    ) -> String {
        let absent = "\(data)/absent"
        return """
            data = "\(data)"
            code = "\(code ?? absent)"
            assessment_store = "\(assessmentStore ?? absent)"
            unplatform = "\(unplatform ?? absent)"
            """
    }

    /// Makes the invented school, or its next day over it.
    func make(day: Int = 0, _ more: String...) throws {
        try ChildProcess.run("python3", [Project.madeSchool, source, "--day", String(day)] + more).ended(with: 0)
    }

    /// Changes who the made-up school's `server_settings.py` says it is, and nothing else there.
    func callItself(_ serverID: String, code: String) throws {
        for folder in ["code/gstudio/gnowsys-ndf/gnowsys_ndf", "data"] {
            let path = "\(source)/home/core/\(folder)/server_settings.py"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                let name = line.prefix { $0 != "=" && $0 != " " }
                return switch name {
                case "GSTUDIO_INSTITUTE_ID": "\(name)='\(serverID)'"
                case "GSTUDIO_INSTITUTE_ID_SECONDARY": "\(name)='\(code)'"
                default: String(line)
                }
            }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        }
    }

    func start(_ arguments: String...) throws -> ChildProcess { try start(arguments) }

    func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(Built.collectd, arguments + ["--config", configuration])
    }

    func command(_ arguments: String...) throws -> ChildProcess.Finished {
        try ChildProcess.run(Built.collectd, arguments + ["--config", configuration], within: 300)
    }

    func enroll(_ code: String, url: String) throws -> ChildProcess.Finished {
        try command("enroll", "--store", url, "--code", code)
    }

    /// One pass. The invented school is whole, so anything but success is a defect.
    func collect() throws { try command("collect").ended(with: 0) }

    func upload() throws { try command("upload").ended(with: 0) }
}

/// The year that the tree files today's collection under: of the school's time zone, as the programs have it.
var collectionYear: String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "Asia/Kolkata") ?? calendar.timeZone
    return String(calendar.component(.year, from: Date()))
}
