import Content
import Foundation
import Testing
import Wire

extension EndToEnd {
    @Suite("Machines that are refused, with a sentence, and nothing lost")
    struct RefusedMachines {
        /// Everything a person gets to read of a run.
        static func words(_ run: ChildProcess.Finished) -> String { (run.output + run.errors).lowercased() }

        @Test("a code that this store never made")
        func wrongCode() throws {
            let scene = try Scene(isEnrolled: false)
            let right = try EnrolmentCode(parsing: scene.store.addSchool())
            let invented = EnrolmentCode.random(authority: right.authority).text
            let refused = try scene.school.enroll(invented, url: scene.url).ended(with: 77)
            #expect(RefusedMachines.words(refused).contains("code"))
            // With the right one it goes on: nothing was spoilt.
            try scene.school.enroll(right.text, url: scene.url).ended(with: 0)
        }

        @Test("a code with a slip in it, before anything is sent")
        func slip() throws {
            let scene = try Scene(isEnrolled: false)
            var code = Array(try scene.store.addSchool())
            code[10] = code[10] == "7" ? "8" : "7"
            let refused = try scene.school.enroll(String(code), url: "https://127.0.0.1:1").ended(with: 64)
            #expect(RefusedMachines.words(refused).contains("slip"))
        }

        @Test("a code that another machine has used")
        func usedCode() throws {
            let scene = try Scene(isEnrolled: false)
            let code = try scene.store.addSchool()
            try scene.school.enroll(code, url: scene.url).ended(with: 0)
            let second = try SchoolMachine(in: scene.workspace, named: "second", url: scene.url)
            try second.make(day: 0, "--small")
            let refused = try second.enroll(code, url: scene.url).ended(with: 77)
            #expect(RefusedMachines.words(refused).contains("used"))
            try scene.school.command("collect", "server_settings.py").ended(with: 0)
            try scene.school.upload()
        }

        @Test("a code that was made for another server id; both are named")
        func otherServer() throws {
            let scene = try Scene(isEnrolled: false)
            let code = try scene.store.addSchool("rj280", code: "3099280")
            let refused = try scene.school.enroll(code, url: scene.url).ended(with: 77)
            #expect(RefusedMachines.words(refused).contains("rj280"))
            #expect(RefusedMachines.words(refused).contains("mz150"))
        }

        @Test("a server that nobody has configured, told what to set")
        func unconfigured() throws {
            let scene = try Scene(
                isEnrolled: false,
                make: ["--small", "--server-id", "sp100", "--code", "00000000", "--name", "clix-default"])
            let refused = try scene.school.enroll(scene.store.addSchool(), url: scene.url).ended(with: 77, 78)
            #expect(RefusedMachines.words(refused).contains("server_settings.py"))
        }

        @Test("a machine that never enrolled")
        func neverEnrolled() throws {
            let scene = try Scene(isEnrolled: false)
            try scene.school.command("collect", "server_settings.py").ended(with: 0)
            let refused = try scene.school.command("upload").ended(with: 77)
            #expect(RefusedMachines.words(refused).contains("enrol"))
        }

        @Test("a revoked token, from the next request on; what was committed stays")
        func revoked() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            try scene.store.command("school", "revoke", "mz150").ended(with: 0)
            let before = try FileTree(scene.tree)
            try scene.school.make(day: 1, "--small")
            try scene.school.collect()
            let refused = try scene.school.command("upload").ended(with: 77)
            #expect(RefusedMachines.words(refused).contains("revoked"))
            #expect(try FileTree(scene.tree).differences(from: before) == [])
            #expect(FileManager.default.fileExists(atPath: "\(scene.school.staging)/tree"), "the school keeps all")
        }

        @Test("no token, and one that nobody was given")
        func unknownToken() throws {
            let scene = try Scene(isEnrolled: false)
            var curl = Curl(store: scene.store, workspace: scene.workspace)
            #expect(try curl("GET", "/v1/hello").problem?.type == .unauthorized)
            curl.token = .random()
            #expect(try curl("GET", "/v1/hello").problem?.type == .unauthorized)
            #expect(try curl("POST", "/v1/chunks/missing", body: []).status == 401)
        }

        @Test("a store with another authority under the same name: nothing is said to it")
        func otherAuthority() throws {
            let scene = try Scene(withProxy: true)
            try scene.school.command("collect", "server_settings.py").ended(with: 0)
            let workspace = try Workspace()
            let impostor = try StoreProcess(in: workspace)
            try impostor.serve()
            let proxy = try Proxy(before: impostor)
            let school = scene.school
            let settings = try String(contentsOfFile: school.configuration, encoding: .utf8)
            try Data(settings.replacingOccurrences(of: scene.url, with: proxy.url).utf8)
                .write(to: URL(fileURLWithPath: school.configuration))

            let refused = try school.command("upload")
            #expect(refused.code == 69 || refused.code == 75 || refused.code == 77)
            #expect(RefusedMachines.words(refused).contains("certificate"))
            // And a code pins the authority before the first word is sent.
            let code = try scene.store.newCode(for: "mz150")
            let stranger = try SchoolMachine(in: workspace, named: "stranger", url: impostor.url)
            try stranger.make(day: 0, "--small")
            let enrolment = try stranger.enroll(code, url: impostor.url)
            #expect(enrolment.code != 0)
            #expect(
                ["authority", "fingerprint", "certificate"].contains { RefusedMachines.words(enrolment).contains($0) })
        }

        @Test("a machine whose school has enrolled another one since")
        func secondInstallation() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            _ = try HandmadeSchool(
                at: scene.store, in: scene.workspace, code: scene.store.newCode(for: "mz150"))
            try scene.school.make(day: 1, "--small")
            try scene.school.collect()
            let refused = try scene.school.command("upload").ended(with: 77)
            #expect(!RefusedMachines.words(refused).isEmpty)
        }

        @Test(
            "a machine that calls itself another server, or none, since it enrolled: it collects, and sends nothing",
            arguments: [("mz151", "2039150"), ("sp100", "00000000")])
        func changedIdentity(_ serverID: String, _ schoolCode: String) throws {
            let scene = try Scene()
            let school = scene.school
            try school.collect()
            try school.upload()
            let before = try FileTree(scene.tree)
            try school.make(day: 1, "--small")
            try school.callItself(serverID, code: schoolCode)
            let code = try scene.store.addSchool("mz151", code: "2039150")

            let collected = try school.command("collect").ended(with: 0)
            #expect(RefusedMachines.words(collected).contains("enrolled as mz150"))
            for refused in [try school.command("upload"), try school.enroll(code, url: scene.url)] {
                #expect(refused.code == 78, "\(refused)")
                #expect(RefusedMachines.words(refused).contains("enrolled as mz150"))
                #expect(RefusedMachines.words(refused).contains("server_settings.py"))
            }
            let check = try school.command("check").ended(with: 78)
            #expect(check.output.contains("TO DO    school: this machine is enrolled as mz150"))
            let status = try school.command("status").ended(with: 0)
            #expect(status.output.contains("school   mz150"))
            #expect(status.output.contains("TO DO    this machine is enrolled as mz150"))
            #expect(try FileTree(scene.tree).differences(from: before) == [])
            #expect(!FileManager.default.fileExists(atPath: "\(scene.store.tree)/\(collectionYear)/mz/2039150-mz151"))

            // Set right again, it goes on as if nothing had been.
            try school.callItself("mz150", code: "2039150")
            try school.collect()
            try school.upload()
            #expect(try scene.differences() == [])
        }

        @Test("a machine that has become another server's starts with a staging directory of its own")
        func becomesAnother() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            try scene.school.callItself("mz151", code: "2039150")
            try scene.school.collect()
            let apart = "\(scene.school.staging)/other/mz151"
            let other = try SchoolMachine(
                in: scene.workspace, named: "other", url: scene.url, source: scene.school.source, staging: apart)
            try other.enroll(scene.store.addSchool("mz151", code: "2039150"), url: scene.url).ended(with: 0)
            try other.upload()
            let tree = "\(scene.store.tree)/\(collectionYear)/mz/2039150-mz151"
            #expect(try Level.differences(tree: tree, source: scene.school.source, .bytesAndTimes) == [])
        }

        @Test("but not one whose school code was corrected: its folder takes the new name")
        func correctedCode() throws {
            let scene = try Scene()
            try scene.school.collect()
            try scene.school.upload()
            try scene.school.callItself("mz150", code: "2039151")
            try scene.school.collect()
            try scene.school.upload()
            let staged = "\(scene.school.staging)/tree/\(collectionYear)/mz"
            #expect(try FileManager.default.contentsOfDirectory(atPath: staged) == ["2039151-mz150"])
            #expect(try scene.school.command("check").output.contains("ok       school: mz150, code 2039151"))
        }

        @Test("a restored copy of the state directory stops uploading and says so; a new code continues the history")
        func restoredCopy() throws {
            let scene = try Scene()
            let staging = scene.school.staging
            try scene.school.collect()
            try scene.school.upload()
            try ChildProcess.succeed("cp", "-a", staging, "\(staging)-image")
            try scene.school.make(day: 1, "--small")
            try scene.school.collect()
            try scene.school.upload()
            let snapshots = try scene.store.snapshotCount(of: "db")

            try FileManager.default.removeItem(atPath: staging)
            try ChildProcess.succeed("cp", "-a", "\(staging)-image", staging)
            try scene.school.make(day: 2, "--small")
            try scene.school.collect()
            let refused = try scene.school.command("upload").ended(with: 77)
            #expect(["restored", "copy", "cloned"].contains { RefusedMachines.words(refused).contains($0) })
            #expect(try scene.store.snapshotCount(of: "db") == snapshots)

            try scene.school.enroll(scene.store.newCode(for: "mz150"), url: scene.url).ended(with: 0)
            try scene.school.collect()
            try scene.school.upload()
            #expect(try scene.differences() == [])
            #expect(try scene.store.snapshotCount(of: "db") == snapshots + 1)
            try scene.store.verifyEverything()
        }
    }
}
