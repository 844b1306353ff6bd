/// Where the platform keeps what is asked for inside its container; the same in every image of it (domain facts, 0.1).
public struct ContainerPaths: Sendable, Hashable {
    /// The code tree. On the installations of 2017 it is nowhere else.
    public var code: String

    public init(code: String = "/home/docker/code") { self.code = code }

    /// The folder of the settings' originals.
    var settings: String { code + "/gstudio/gnowsys-ndf/gnowsys_ndf" }
    /// qbank's datastore.
    var assessmentStore: String { code + "/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore" }
}
