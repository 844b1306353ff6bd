import Foundation
import Glibc
import Testing

@testable import StoreServer

/// `clix-store` as it was built, as a person types it.
@Suite("The commands of clix-store")
struct CommandTests {
    /// A store that nobody serves.
    private func store() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let made = try await BuiltStore.run(
            "init", folder.path + "/store", "--host", "127.0.0.1", "--listen", "127.0.0.1:0")
        #expect(made.status == 0 && made.output == "" && made.errors.contains("fingerprint"))
        return folder
    }

    @Test(
        "every command explains itself with an example",
        arguments: [
            "init", "serve", "school add", "school import", "school list", "school code", "school set", "school revoke",
            "seed", "seed list", "log", "checkout", "verify", "rebuild", "status",
        ])
    func help(command: String) async throws {
        let words = command.split(separator: " ").map(String.init) + ["--help"]
        let shown = try await aside { try Program.run([BuiltStore.program] + words) }
        #expect(shown.status == 0)
        #expect(shown.output.contains("Example") && shown.output.contains("  clix-store \(command)"))
    }

    @Test("the one-time code stands alone on standard output, and a sentence on standard error")
    func codes() async throws {
        let folder = try await store()
        let data = folder.path + "/store"
        let added = try await BuiltStore.run(
            "school", "add", "mz150", "--code", "2039150", "--name", "St. Foo's H/S", "--data", data)
        #expect(added.status == 0 && added.output.hasPrefix("CLIX1-") && added.output.split(separator: "\n").count == 1)
        #expect(added.errors == "")
        let code = try await BuiltStore.run("school", "code", "2039150-mz150", "--data", data)
        #expect(code.status == 0 && code.output.hasPrefix("CLIX1-") && code.output != added.output)
        let set = try await BuiltStore.run("school", "set", "mz150", "--name", "Renamed", "--data", data)
        #expect(set.status == 0 && set.output == "" && set.errors.contains("Renamed"))
        let list = try await BuiltStore.run("school", "list", "--data", data)
        #expect(list.output.contains("mz150   2039150-mz150  not enrolled") && list.output.contains("Renamed"))
        let json = try await BuiltStore.run("school", "list", "--json", "--data", data)
        let schools = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
        #expect(schools?.first?["server_id"] as? String == "mz150")
    }

    @Test("what is typed wrong ends with 64 and changes nothing")
    func usage() async throws {
        let folder = try await store()
        let data = folder.path + "/store"
        _ = try await BuiltStore.run("school", "add", "mz150", "--data", data)
        let packs = try await BuiltStore.run("school", "list", "--json", "--data", data).output
        let attempts: [([String], String)] = [
            (["school", "add", "mz150"], "mz150 is there already"), (["school", "add", "17"], "is not a server id"),
            (["school", "add", "sp100"], "never given its identity"),
            (["school", "add", "mz1", "--code", "../x"], "7 or 8 digits (2031017), or NA, or empty"),
            (["school", "add", "mz1", "--code", "203915"], "\"203915\" is not a school code"),
            (["school", "set", "mz150", "--code", "203915000"], "7 or 8 digits"),
            (["school", "code", "mz999"], "mz999"), (["school", "set", "mz150"], "--code"),
            (["school", "revoke", "mz999"], "mz999"), (["log", "mz999"], "school list"),
            (["log", "mz150", "dbs"], "did you mean db?"), (["checkout", "mz150"], "--to"),
            (["checkout", "mz150", "--to", folder.path + "/x", "--at", "yesterday"], "2018-08-15"),
            (
                ["checkout", "mz150", "--to", folder.path + "/x", "--at", "2018-01-01", "--received-at", "2018-01-01"],
                "exclude"
            ),
            (["checkout", "mz150", "--to", folder.path + "/x"], "no snapshot"), (["gc"], "gc"),
            (["init", data, "--host", "localhost"], "is a store already"),
            (["serve", "--listen", "here"], "ADDRESS:PORT"),
        ]
        for (words, sentence) in attempts {
            let all = [BuiltStore.program] + words + (words[0] == "init" || words[0] == "gc" ? [] : ["--data", data])
            let refused = try await aside { try Program.run(all) }
            #expect(refused.status == 64, "\(words): \(refused.errors)")
            #expect(refused.output == "" && refused.errors.contains(sentence), "\(words): \(refused.errors)")
        }
        #expect(try await BuiltStore.run("school", "list", "--json", "--data", data).output == packs)
    }

    @Test("no store, wrong settings, a group that is not there: 78, with what to type")
    func configuration() async throws {
        let nothing = try await BuiltStore.run("status", "--data", "/nonexistent/store")
        #expect(nothing.status == 78 && nothing.errors.contains("clix-store init /nonexistent/store"))
        let folder = try await store()
        let data = folder.path + "/store"
        try folder.write("lissten = \"127.0.0.1:0\"\n", to: "store/store.toml")
        let unknown = try await BuiltStore.run("serve", "--data", data)
        #expect(unknown.status == 78 && unknown.errors.contains("store.toml:1:1") && unknown.errors.contains("listen"))
        try folder.write("listen = \"127.0.0.1:0\"\nreader_group = \"no-such-group\"\n", to: "store/store.toml")
        let group = try await BuiltStore.run("serve", "--data", data)
        #expect(group.status == 78 && group.errors.contains("addgroup"))
    }

    @Test("serve says when it is ready, keeps others off the data, and ends in order on SIGTERM")
    func serve() async throws {
        let folder = try await store()
        let data = folder.path + "/store"
        let script = """
            "$1" serve --data "$2" >"$3/out" 2>"$3/err" & pid=$!
            until [ -s "$3/out" ] || ! kill -0 $pid 2>/dev/null; do :; done
            "$1" school add mz150 --data "$2" >"$3/code"; echo "add $?"
            "$1" serve --data "$2" 2>"$3/second"; echo "second $?"
            port=$(sed 's/.*://' "$3/out")
            "$1" init "$3/other" --host 127.0.0.1 --listen 127.0.0.1:$port 2>/dev/null
            "$1" serve --data "$3/other" 2>"$3/third"; echo "third $?"
            "$1" rebuild --data "$2" 2>/dev/null; echo "rebuild $?"
            "$1" verify --data "$2" >/dev/null; echo "verify $?"
            kill -TERM $pid; wait $pid; echo "served $?"
            """
        let shown = try await aside {
            try Program.run(["bash", "-c", script, "script", BuiltStore.program, data, folder.path])
        }
        #expect(shown.output == "add 0\nsecond 75\nthird 69\nrebuild 75\nverify 0\nserved 0\n", "\(shown.errors)")
        let ready = try folder.read("out")
        #expect(ready.wholeMatch(of: /clix-store: ready on https:\/\/127\.0\.0\.1:[1-9][0-9]*\n/) != nil)
        #expect(try folder.read("third").contains("Another program has this port"))
        #expect(try !folder.names().contains("control.sock"))
        #expect(try folder.read("err") == "")
    }

    @Test("a list is imported, or its bad lines are named")
    func importing() async throws {
        let folder = try await store()
        let data = folder.path + "/store"
        let heading = "Sr. No.;School Name;Full CLIx School Code;Server id\n"
        try folder.write(heading + ";A;2039150;mz150\n;B;;rj280\n", to: "good.csv")
        let good = try await BuiltStore.run("school", "import", folder.path + "/good.csv", "--data", data)
        #expect(good.status == 0 && good.errors.contains("2 added"))
        try folder.write(heading + ";C;2039151;mz151\n;D;2039152;one\n", to: "bad.csv")
        let bad = try await BuiltStore.run("school", "import", folder.path + "/bad.csv", "--data", data)
        #expect(bad.status == 64 && bad.errors.contains("line 3"))
        #expect(try await !BuiltStore.run("school", "list", "--data", data).output.contains("mz151"))
        #expect(try await BuiltStore.run("school", "import", folder.path + "/none.csv", "--data", data).status == 74)
    }

    @Test("a seed, a rebuild and what the listings say after it")
    func seedAndRebuild() async throws {
        let folder = try await store()
        let data = folder.path + "/store"
        let image = try TemporaryFolder()
        try image.write("factory content", to: "lesson.html")
        let seeded = try await BuiltStore.run("seed", image.path, "--name", "image-2018", "--data", data)
        #expect(seeded.status == 0 && seeded.errors.contains("1 chunk, 1 of them new"))
        let before = try await BuiltStore.run("seed", "list", "--data", data).output
        #expect(before.contains("image-2018") && before.contains("15"))
        #expect(try await BuiltStore.run("rebuild", "--data", data).status == 0)
        #expect(try await BuiltStore.run("seed", "list", "--data", data).output == before)
        #expect(try await BuiltStore.run("status", "--data", data).output.contains("1 of them common"))
        #expect(try await BuiltStore.run("seed", folder.path + "/nothing", "--data", data).status != 0)
    }

    // Only root can become another user.
    @Test("what root does in a service user's directory belongs to that user", .enabled(if: geteuid() == 0))
    func owner() async throws {
        let folder = try TemporaryFolder()
        let data = folder.path + "/store"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
        #expect(chown(data, 65534, 65534) == 0)
        #expect(try await BuiltStore.run("init", data, "--host", "localhost").status == 0)
        #expect(try await BuiltStore.run("school", "add", "mz150", "--data", data).status == 0)
        #expect(try await BuiltStore.run("school", "list", "--data", data).status == 0)
        let foreign = try await aside { try Program.run(["find", data, "!", "-user", "65534"]) }
        #expect(foreign.status == 0 && foreign.output == "")
    }
}
