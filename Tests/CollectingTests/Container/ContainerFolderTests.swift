import LevelTree
import Testing

@testable import Collecting

/// What is "inside" lies in a folder of this machine, and is read by the programs that the container has: find and tar.
@Suite struct `A folder inside the container` {
    private let inside = TemporaryFolder()
    private let own = TemporaryFolder()

    private func folder(_ docker: FakeDocker = FakeDocker(), only: String? = nil) -> ContainerFolder {
        ContainerFolder(
            container: docker.container, inside: inside.path, only: only,
            cache: ContainerCache(folder: own.path + "/cache/dataset"))
    }

    private func refresh(_ docker: FakeDocker = FakeDocker(), room: UInt64 = .max) async -> ContainerFolder.Refresh {
        await folder(docker).refresh(scratch: own.path + "/scratch") { room }
    }

    /// Everything below, with kind, size, time and permissions; names with newlines quoted.
    private func tree(_ path: String) -> String {
        shell("cd '\(path)'; find . -type f -printf '%P %s %T@ %m\\n' | LC_ALL=C sort")
    }

    private var cache: String { own.path + "/cache/dataset" }
    private var cached: String { shell("cd '\(cache)'; find . ! -type d | LC_ALL=C sort") }

    @Test func `is fetched with its times and permissions, and then only what is new or changed`() async throws {
        inside.write("one", to: "AssetContent/1.mp3", mode: 0o640)
        inside.write("two", to: "2.png")
        inside.write("", to: "empty")
        shell("touch -d '2018-06-01 10:00:00.123456789' '\(inside.path)/2.png'")
        #expect(await refresh().trouble == nil)
        #expect(tree(cache) == tree(inside.path))
        #expect(own.read("cache/dataset/AssetContent/1.mp3") == "one")
        #expect(shell("stat -c %a '\(cache)'") == "700\n")
        inside.write("three", to: "AssetContent/3.mp3")
        inside.write("TWO", to: "2.png")
        let docker = FakeDocker()
        let second = await refresh(docker)
        #expect(second.missing.isEmpty)
        #expect(tree(cache) == tree(inside.path))
        #expect(own.read("cache/dataset/2.png") == "TWO")
        let fetched = docker.calls.filter { $0.contains(" tar ") }
        #expect(fetched.count == 1)
        #expect(fetched.first?.contains("1.mp3") == false)
        let third = FakeDocker()
        #expect(await refresh(third).isListed)
        #expect(!third.calls.contains { $0.contains(" tar ") })
        #expect(shell("ls '\(own.path)/scratch'").isEmpty)
    }

    @Test func `is neither fetched nor kept where it is left out`() async {
        for name in ["AssetContent/1.mp3", "AssetContent/2.mp4"] { inside.write("x", to: name) }
        _ = await refresh()
        inside.write("x", to: "AssetContent/3.mp4")
        var folder = folder()
        folder.leavesOut = { $0.bytes.suffix(4).elementsEqual(".mp4".utf8) }
        #expect(await folder.refresh(scratch: own.path + "/scratch") { .max }.trouble == nil)
        #expect(cached == "./AssetContent/1.mp3\n")
    }

    @Test func `loses here what it lost there, folders included`() async {
        for name in ["a/b/1", "a/2", "c"] { inside.write("x", to: name) }
        _ = await refresh()
        shell("cd '\(inside.path)'; rm -r a c; mkdir c; echo y >c/3; echo z >a")
        #expect(await refresh().trouble == nil)
        #expect(cached == "./a\n./c/3\n")
        #expect(own.read("cache/dataset/a") == "z\n")
    }

    @Test func `may have any names`() async {
        let long = String(repeating: "long", count: 40)
        let names = ["new\nline", " space ", "-hyphen", "--delete", "*", "back\\slash", "'", "\(long)/\(long)", "ü"]
        for name in names { inside.write(name, to: name) }
        #expect(await refresh().trouble == nil)
        for name in names { #expect(own.read("cache/dataset/\(name)") == name) }
        #expect(tree(cache) == tree(inside.path))
    }

    /// As the engine does, to which a command line goes as JSON.
    private static let refusingBytes = """
        printf '%s' "$*" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 || { echo "not found: $*" >&2; exit 2; }
        inside "$@"
        """

    /// In Latin-1: one fits into the archive's header, one does not, one has a folder, and one is full of what a shell may
    /// stumble over.
    @Test func `may have names that are no UTF-8, which the engine passes on in no command line`() async throws {
        let long = String(repeating: "n", count: 180)
        shell(
            #"""
            cd '\#(inside.path)'; r=$(printf 'r\351ponse')
            echo 1 >$r.mp3; echo 2 >$r\#(long).mp3; mkdir $r; echo 3 >$r/one; echo 4 >"--\\0101\\n%b '\"\$x$r"
            echo 5 >plain; echo 6 >"$(printf 'a\nb')"
            """#)
        let refresh = await refresh(FakeDocker(run: Self.refusingBytes))
        #expect(refresh.trouble == nil)
        #expect(refresh.missing.isEmpty, "\(refresh.missing)")
        #expect(shell("diff -r '\(cache)' '\(inside.path)' 2>&1 && echo same || true") == "same\n")
        #expect(tree(cache) == tree(inside.path))
    }

    @Test func `is read without its symlinks and special files, and fetches both names of one file`() async {
        inside.write("x", to: "real")
        shell("cd '\(inside.path)'; ln -s /etc/passwd link; ln -s /etc folder; mkfifo pipe; ln real second")
        let refresh = await refresh()
        #expect(refresh.trouble == nil)
        #expect(refresh.missing.isEmpty)
        #expect(Set(refresh.skipped.map { "\($0.path)" }) == ["link", "folder", "pipe"])
        #expect(cached == "./real\n./second\n")
        shell("mv '\(inside.path)' '\(inside.path).moved'; ln -s '\(inside.path).moved' '\(inside.path)'")
        defer { shell("rm '\(inside.path)'; mv '\(inside.path).moved' '\(inside.path)'") }
        let behindLink = await self.refresh()
        #expect(!behindLink.isListed)
        #expect(behindLink.trouble?.contains("symlinks are not followed") == true)
        #expect(cached == "./real\n./second\n")
    }

    @Test func `gives one file of it when only that is wanted`() async {
        for name in ["local_settings.py", "server_settings.py", "below/local_settings.py"] {
            inside.write("x", to: name)
        }
        let folder = folder(only: "local_settings.py")
        #expect(await folder.refresh(scratch: own.path + "/scratch") { .max }.trouble == nil)
        #expect(cached == "./local_settings.py\n")
    }

    @Test func `that is cut off has brought whole files, and the next fetch goes on`() async {
        for number in 0..<501 { inside.write("\(number)", to: "\(number)") }
        let cut = FakeDocker(
            run: """
                case " $* " in *" tar "*)
                    echo x >>"$here/tars"
                    [ "$(wc -l <"$here/tars")" -eq 2 ] && { printf 'half an archive'; exit 137; } ;;
                esac
                inside "$@"
                """)
        let first = await refresh(cut)
        #expect(first.trouble?.contains("was cut short") == true)
        #expect(first.missing.count == 1)
        #expect(shell("ls '\(cache)' | wc -l") == "500\n")
        let second = await refresh(cut)
        #expect(second.trouble == nil)
        #expect(second.missing.isEmpty)
        #expect(tree(cache) == tree(inside.path))
    }

    @Test func `without room here is not fetched, and what is there stays`() async {
        inside.write("x", to: "first")
        _ = await refresh()
        inside.write("y", to: "second")
        let refresh = await refresh(room: 1000)
        #expect(refresh.trouble?.contains("no room") == true)
        #expect(refresh.missing.map { "\($0.path)" } == ["second"])
        #expect(cached == "./first\n")
    }

    @Test func `is fetched only as far as there is room for all that was fetched`() async {
        // Two batches, each of which fits by itself.
        let content = String(repeating: "x", count: 3000)
        for number in 0..<1000 { inside.write(content, to: "\(number)") }
        let refresh = await refresh(room: 4_130_000)
        #expect(refresh.trouble?.contains("no room") == true)
        #expect(refresh.missing.count == 500)
        #expect(shell("ls '\(cache)' | wc -l") == "500\n")
    }

    @Test func `that is large takes nothing of what is left to small collections, however little it still lacks`() async
    {
        inside.write(String(repeating: "x", count: 5 << 20), to: "large")
        _ = await refresh()
        inside.write("x", to: "small")
        #expect(await refresh(room: 4 << 20).missing.map { "\($0.path)" } == ["small"])
        #expect(await refresh(room: 4 << 20 + 1).trouble == nil)
        #expect(own.read("cache/dataset/small") == "x")
    }

    @Test func `stays as it was here while the container is stopped`() async {
        inside.write("x", to: "first")
        _ = await refresh()
        let refresh = await refresh(FakeDocker(inspect: FakeDocker.stopped, run: "exit 1"))
        #expect(refresh.problem?.code == .stopped)
        #expect(!refresh.isListed)
        #expect(cached == "./first\n")
    }

    @Test func `from which a file vanishes meanwhile misses that one only`() async {
        for name in ["a", "b", "c", "d", "e"] { inside.write(name, to: name) }
        let docker = FakeDocker(
            run: #"case " $* " in *" tar "*) rm -f '\#(inside.path)/c' ;; esac; inside "$@""#)
        let refresh = await refresh(docker)
        #expect(refresh.trouble == nil)
        #expect(refresh.missing.map { "\($0.path)" } == ["c"])
        #expect(cached == "./a\n./b\n./d\n./e\n")
    }

    @Test func `in which a file changes meanwhile is not taken half`() async {
        inside.write("a", to: "a")
        inside.write("short", to: "grows")
        let docker = FakeDocker(
            run: #"case " $* " in *" tar "*) echo more >>'\#(inside.path)/grows' ;; esac; inside "$@""#)
        let refresh = await refresh(docker)
        #expect(refresh.missing.map { "\($0.path)" } == ["grows"])
        #expect(cached == "./a\n")
    }

    @Test func `whose archive is hostile brings nothing that was not asked for`() async {
        inside.write("asked", to: "asked")
        let made = TemporaryFolder()
        shell(
            """
            cd '\(made.path)'; mkdir folder; ln -s /etc/passwd asked; echo evil >evil; echo other >folder/other
            tar --format=gnu -P -cf archive ./asked ./folder/other '\(made.path)/evil' folder/../evil
            """)
        let docker = FakeDocker(
            run: #"case " $* " in *" tar "*) cat '\#(made.path)/archive' ;; *) inside "$@" ;; esac"#)
        let hostile = await refresh(docker)
        #expect(hostile.missing.map { "\($0.path)" } == ["asked"])
        #expect(cached.isEmpty)
        #expect(shell("ls -A '\(own.path)/cache'") == "dataset\n")
        let broken = FakeDocker(run: #"case " $* " in *" tar "*) echo no archive ;; *) inside "$@" ;; esac"#)
        #expect(await refresh(broken).trouble?.contains("wrote no whole archive") == true)
        #expect(cached.isEmpty)
    }
}
