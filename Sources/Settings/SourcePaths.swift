/// Where the school's data lies on this machine: absolute host paths, and how its container is reached.
///
/// The defaults are the 2018 installation's (domain facts, section 0.1). On a 2017 installation `code` and
/// `assessmentStore` do not exist; a path that does not exist is for the collector to report, not for this type.
public struct SourcePaths: Sendable, Hashable {
    /// The container's `/data`.
    public var data: String
    /// The code tree with gStudio and, inside it, qbank; absent on the 2017 installations.
    public var code: String
    /// qbank's datastore, with `repository` and `studentResponseFiles`. The field spells it `assesment-datastore`.
    public var assessmentStore: String
    /// The folder into which field staff put what unplatform machines gathered.
    public var unplatform: String
    /// The name of gStudio's Docker container.
    public var container: String
    /// How the docker command is called: a name or an absolute path, and words that come before docker's own.
    public var docker: [String]

    public init(
        data: String = "/home/core/data",
        code: String = "/home/core/code",
        assessmentStore: String = "/home/core/assesment-datastore",
        unplatform: String = "/home/core/unplatform",
        container: String = "gstudio",
        docker: [String] = ["docker"]
    ) {
        self.data = data
        self.code = code
        self.assessmentStore = assessmentStore
        self.unplatform = unplatform
        self.container = container
        self.docker = docker
    }

    /// gStudio's working tree inside the code tree.
    public var gstudioTree: String { code + "/gstudio" }
    /// The folder that holds the originals of `server_settings.py` and `local_settings.py`.
    public var gstudioSettings: String { code + "/gstudio/gnowsys-ndf/gnowsys_ndf" }
    /// qbank's working tree, `gnowsys-ndf/qbank-lite` inside gStudio's.
    public var qbankTree: String { code + "/gstudio/gnowsys-ndf/qbank-lite" }
}
