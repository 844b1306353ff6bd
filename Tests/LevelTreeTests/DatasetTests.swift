import LevelTree
import Testing

@Suite("Datasets of the standard")
struct DatasetTests {
    @Test("every LEVEL 4 and 5 name of the standard is a dataset, in the order in which they are sent")
    func names() {
        #expect(
            Dataset.all.map(\.name) == [
                "system-heartbeat", "server_settings.py", "local_settings.py", "git-commit.log", "postgres-dump",
                "gstudio-exported-users-analytics-csvs", "activity-timestamp-csvs", "gstudio_tools_logs",
                "gstudio-logs",
                "db", "db-raw", "assessment-media/studentResponseFiles", "qbank_data.tar.gz", "rcs-repo", "nginx-logs",
                "unplatform", "assessment-media/repository", "media",
            ])
    }

    @Test("what stays once it was committed")
    func kinds() {
        let accumulating = Dataset.all.filter { $0.kind == .accumulate }.map(\.name)
        #expect(
            accumulating == [
                "system-heartbeat", "gstudio-exported-users-analytics-csvs", "activity-timestamp-csvs",
                "gstudio_tools_logs", "gstudio-logs", "nginx-logs", "unplatform",
            ])
    }

    @Test("what lies where below LEVEL 2")
    func places() throws {
        func place(_ name: String, _ entry: String) throws -> String? {
            try Dataset(name: name)?.levelPath(of: RelativePath(entry)).description
        }
        #expect(try place("db", "x/y.bson") == "gstudio/db/x/y.bson")
        #expect(try place("assessment-media/repository", "a") == "gstudio/assessment-media/repository/a")
        #expect(try place("git-commit.log", "git-commit-details.log") == "gstudio/git-commit-details.log")
        #expect(try place("unplatform", "7/a.zip") == "unplatform/7/a.zip")
    }

    @Test("a dataset of single files admits only their names")
    func admits() throws {
        let log = try #require(Dataset(name: "git-commit.log"))
        #expect(log.admits(try RelativePath("git-commit.log")))
        #expect(log.admits(try RelativePath("git-commit-details.log")))
        #expect(!log.admits(try RelativePath("server_settings.py")))
        #expect(!log.admits(try RelativePath("git-commit.log/x")))
    }

    @Test("people's words for datasets")
    func words() {
        #expect(Dataset.named("heartbeat").map(\.name) == ["system-heartbeat"])
        #expect(Dataset.named("tools-logs").map(\.name) == ["gstudio_tools_logs"])
        #expect(Dataset.named("assessment-media").count == 2)
        #expect(Dataset.named("nothing").isEmpty)
        #expect(Dataset(name: "heartbeat") == nil)
        #expect(nearestName(to: "hartbeat", among: Dataset.words) == "heartbeat")
        #expect(nearestName(to: "zzzz", among: Dataset.words) == nil)
        #expect(nearestName(to: "dbb", among: Dataset.words) == "db")
    }
}
