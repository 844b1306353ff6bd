import Foundation
import Testing

@testable import StoreServer

/// What `clix-store` says and does about a store that is not whole.
@Suite("Damage, as the commands of clix-store tell it")
struct DamageCommandTests {
    /// A store that has a seed, and the folder of that.
    private func store() async throws -> (folder: TemporaryFolder, image: TemporaryFolder) {
        let (folder, image) = (try TemporaryFolder(), try TemporaryFolder())
        let data = folder.path + "/store"
        #expect(try await BuiltStore.run("init", data, "--host", "127.0.0.1", "--listen", "127.0.0.1:0").status == 0)
        try image.write(String(repeating: "factory content ", count: 100), to: "lesson.html")
        #expect(try await BuiltStore.run("seed", image.path, "--data", data).status == 0)
        return (folder, image)
    }

    /// Changes a byte of the one block in the one pack: the last one before the seed's record.
    private func rot(_ folder: TemporaryFolder) throws {
        let packs = folder.path + "/store/packs"
        let found = try FileManager.default.subpathsOfDirectory(atPath: packs).first { $0.contains("/") }
        let pack = URL(fileURLWithPath: packs + "/" + (try #require(found)))
        var bytes = try Data(contentsOf: pack)
        let record = try #require(bytes.range(of: Data(#"{""#.utf8), options: .backwards, in: 64..<bytes.count))
        bytes[record.lowerBound - 20] ^= 1
        try bytes.write(to: pack)
    }

    @Test(
        "damaged content that is common is told with 65, noted, and comes again with the seed",
        arguments: [false, true])
    func seeded(isServed: Bool) async throws {
        let (folder, image) = try await store()
        let data = folder.path + "/store"
        try rot(folder)
        let script = """
            if [ "$4" = true ]; then
                "$1" serve --data "$2" >"$3/ready" 2>"$3/journal" & pid=$!
                until [ -s "$3/ready" ] || ! kill -0 $pid 2>/dev/null; do :; done
            fi
            "$1" verify --all --data "$2" >"$3/first" 2>&1; echo "verify $?"
            "$1" seed "$5" --data "$2" 2>/dev/null; echo "seed $?"
            "$1" verify --all --data "$2" >"$3/second" 2>&1; echo "verify $?"
            if [ "$4" = true ]; then kill -TERM $pid; wait $pid; fi
            "$1" rebuild --data "$2" 2>/dev/null; echo "rebuild $?"
            "$1" verify --all --data "$2" >"$3/third" 2>&1; echo "verify $?"
            """
        let shown = try await aside {
            try Program.run(
                ["bash", "-c", script, "script", BuiltStore.program, data, folder.path, "\(isServed)", image.path])
        }
        let first = try folder.read("first")
        #expect(shown.output == "verify 65\nseed 0\nverify 0\nrebuild 0\nverify 0\n", "\(first)")
        #expect(first.contains("1 common") && first.contains("1 damaged chunk is noted as missing"), "\(first)")
    }

    @Test("a catalog that is gone ends what only looks with 65; who may write makes it anew, and says so")
    func noCatalog() async throws {
        let (folder, _) = try await store()
        let data = folder.path + "/store"
        for name in try FileManager.default.contentsOfDirectory(atPath: data) where name.hasPrefix("catalog.sqlite") {
            try FileManager.default.removeItem(atPath: data + "/" + name)
        }
        for command in [["status"], ["verify"], ["school", "list"]] {
            let shown = try await aside { try Program.run([BuiltStore.program] + command + ["--data", data]) }
            #expect(shown.status == 65 && shown.errors.contains("clix-store rebuild"), "\(command): \(shown.errors)")
        }
        let added = try await BuiltStore.run("school", "add", "mz150", "--data", data)
        #expect(added.status == 0 && added.output.hasPrefix("CLIX1-"))
        #expect(added.errors.contains("was made anew from the packs") && added.errors.split(separator: "\n").count == 1)
        #expect(try await BuiltStore.run("school", "code", "mz150", "--data", data).errors == "")
        #expect(try await BuiltStore.run("verify", "--all", "--data", data).status == 0)
    }
}
