import Glibc
import LevelTree
import Testing

@testable import SchoolDaemon

@Suite("Temporary folders of collectors")
struct ScratchTests {
    @Test("that a killed process has left are gone once staging is opened again; links in them are not followed")
    func sweep() throws {
        let made = try MadeSchool()
        let school = try School(made.settings)
        let identity = SchoolIdentity(
            serverID: try ServerID("mz150"), schoolCode: try SchoolCode("2039150"), schoolName: "Made-up H/S")
        _ = try school.openStaging(identity)
        try made.file("data/kept", "of the school")
        try made.file("staging/state/scratch/clix-collect-AbCdEf/config", "a token")
        try made.file("staging/state/scratch/clix-collect-AbCdEf/below/more", "a token")
        let link = made.root + "/staging/state/scratch/clix-collect-AbCdEf/data"
        try #require(symlink(made.root + "/data", link) == 0)
        _ = try school.openStaging(identity)
        #expect(access(made.root + "/staging/state/scratch/clix-collect-AbCdEf", F_OK) != 0)
        #expect(access(made.root + "/data/kept", F_OK) == 0)
    }

    @Test("lie where only the state directory's owner comes")
    func place() throws {
        let made = try MadeSchool()
        let school = try School(made.settings)
        #expect(school.scratch.hasPrefix(school.files.directory + "/"))
    }
}
