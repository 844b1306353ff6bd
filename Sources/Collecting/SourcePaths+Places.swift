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

    /// Masks what the server's own settings call secret, in both places where they may lie.
    func masking() -> Masking {
        var secrets = KnownSecrets()
        for place in settingsFile("local_settings.py") {
            if let text = try? SmallFile.read(place, limit: 1 << 20) {
                secrets = secrets.union(KnownSecrets(settingsText: text))
            }
        }
        return Masking(secrets)
    }
}
