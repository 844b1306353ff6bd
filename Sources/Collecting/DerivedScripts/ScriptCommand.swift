import Settings

/// What is run inside the container for one of the platform's scripts, as the platform's own cron and manuals run it.
struct ScriptCommand: Sendable, Hashable {
    /// What people know it by.
    let name: String
    /// The command line. The user's name is an argument of its own, never part of a text that a shell reads.
    let arguments: [String]
    /// What it reads from its standard input, which is empty otherwise.
    let input: String

    /// - Parameter user: of `activityTimestamps`; nil for every user.
    init(_ script: DerivedScript, user: PlatformUser?, in paths: ContainerPaths) {
        let manage = ["/usr/bin/python", paths.code + "/gstudio/gnowsys-ndf/manage.py"]
        switch (script, user) {
        case (.progress, _):
            name = "export_users_analytics"
            arguments = manage + ["export_users_analytics"]
            input = ""
        case (.activityTimestamps, let user?):
            name = "activity_timestamp"
            arguments = manage + ["activity_timestamp", user.name]
            input = ""
        case (.activityTimestamps, nil):
            name = "\(DerivedScript.everyUser).py"
            // Plain: another shell might take no orders from a file, and ends with 0 whatever happened.
            arguments = manage + ["shell", "--plain"]
            input = ScriptCommand.orders("\(paths.code)/gstudio/doc/deployer/\(DerivedScript.everyUser).py")
        case (.assessments, _):
            name = "\(DerivedScript.packing).py"
            let folder = "\(paths.code)/qbank-gstudio-scripts/\(DerivedScript.packing)"
            arguments = ["/usr/bin/python", "\(folder)/\(DerivedScript.packing).py"]
            input = ""
        }
    }

    /// Python's interactive shell goes on with the next line after one that failed, and ends with 0: the first line ends it
    /// itself where all went well, the second where not.
    private static func orders(_ path: String) -> String {
        "execfile('\(path)'); raise SystemExit(0)\nraise SystemExit(1)\n"
    }

    /// All in one, with the last of both outputs on standard error, of which much is kept: what the scripts print for each
    /// visit of each user can be megabytes.
    var program: [[UInt8]] {
        (["bash", "-c", ScriptCommand.wrapper, name, input] + arguments).map { Array($0.utf8) }
    }

    /// `$0` is a name for messages, `$1` the input, the rest the command line.
    private static let wrapper = """
        input=$1
        shift
        set -o pipefail
        printf %s "$input" | "$@" 2>&1 | tail -c \(ScriptCommand.kept) >&2
        """

    /// Bytes; not more than is kept of a program's standard error.
    static let kept = 16_000
}
