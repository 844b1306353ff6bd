import LevelTree
import Settings
import Staging

extension SourcePaths {
    /// Below the platform's data folder.
    func inData(_ path: String) -> SourcePlace { SourcePlace(root: data, below: .fixed(path)) }

    /// Below the code tree.
    func inCode(_ path: String) -> SourcePlace { SourcePlace(root: code, below: .fixed(path)) }

    /// Below qbank's datastore.
    func inAssessmentStore(_ path: String) -> SourcePlace { SourcePlace(root: assessmentStore, below: .fixed(path)) }

    /// One of the platform's settings files: the original in the code tree, then the hourly copy.
    func settingsFile(_ name: String) -> [SourcePlace] {
        [inCode("gstudio/gnowsys-ndf/gnowsys_ndf/\(name)"), inData(name)]
    }
}
