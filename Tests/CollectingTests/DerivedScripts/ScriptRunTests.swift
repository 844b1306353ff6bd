import Settings
import Testing

@testable import Collecting

/// A container whose Python is a shell script of the test's.
struct ScriptSite {
    let school = FakeSchool()
    let docker: FakeDocker

    /// - Parameters:
    ///   - python: what it does; `"$@"` is its command line, `$here` the folder of `docker`.
    ///   - top: the command lines that run in the container.
    init(_ python: String, top: String = "sleep infinity", inspect: String = FakeDocker.running) {
        docker = FakeDocker(
            inspect: inspect,
            run: """
                for word do
                    shift
                    [ "$word" = /usr/bin/python ] && word="$here/python"
                    set -- "$@" "$word"
                done
                inside "$@"
                """,
            top: "printf 'PID COMMAND\\n1 \(top)\\n'")
        docker.folder.write("#!/bin/bash\nhere='\(docker.folder.path)'\n\(python)\n", to: "python", mode: 0o755)
    }

    func context() throws -> CollectionContext {
        var context = try school.context()
        context.container = docker.container
        return context
    }

    func problem(
        _ script: DerivedScript, user: PlatformUser? = nil, timeout: Duration = .seconds(60)
    ) async throws -> ScriptProblem? {
        let run = ScriptRun(try context())
        do throws(ScriptProblem) {
            try await run.run(script, user: user, timeout: timeout)
            return nil
        } catch {
            return error
        }
    }
}

@Suite("One of the platform's scripts", .timeLimit(.minutes(3)))
struct ScriptRunTests {
    private static let recording = #"printf '%s\n' "$@" >"$here/arguments"; cat >"$here/input""#

    @Test("is run as the platform's own cron runs it, at idle priority, with nothing to read")
    func commands() async throws {
        for (script, expected) in [
            (DerivedScript.progress, "/home/docker/code/gstudio/gnowsys-ndf/manage.py\nexport_users_analytics\n"),
            (
                .assessments,
                "/home/docker/code/qbank-gstudio-scripts/single_school_get_MIT_activity_data/"
                    + "single_school_get_MIT_activity_data.py\n"
            ),
        ] {
            let site = ScriptSite(Self.recording)
            #expect(try await site.problem(script) == nil)
            #expect(site.docker.folder.read("arguments") == expected)
            #expect(site.docker.folder.read("input") == "")
            let call = try #require(site.docker.calls.first { $0.contains("CLIX_RUN") })
            #expect(call.contains("nice -n 19 timeout -k 10 60 bash"))
        }
    }

    @Test("gets a user's name as an argument of its own")
    func user() async throws {
        let site = ScriptSite(Self.recording)
        let user = try PlatformUser("green-apple-mz150")
        #expect(try await site.problem(.activityTimestamps, user: user) == nil)
        #expect(
            site.docker.folder.read("arguments")
                == "/home/docker/code/gstudio/gnowsys-ndf/manage.py\nactivity_timestamp\ngreen-apple-mz150\n")
    }

    /// What `manage.py shell --plain` does with its orders is Python's own doing.
    @Test(
        "of every user is fed to Python's shell, and fails where it fails, though that shell goes on",
        arguments: [
            ("print('made')", true), ("raise ValueError('made up')", false), ("import nothing_of_this_name", false),
        ])
    func everyUser(_ line: String, _ isGood: Bool) async throws {
        let site = ScriptSite(
            """
            printf '%s\\n' "$@" >"$here/arguments"
            exec python3 -c 'import code, sys
            def execfile(path): exec(open(sys.argv[1] + path.rsplit("/", 1)[1]).read())
            code.interact(local={"execfile": execfile})' "$here/"
            """)
        site.docker.folder.write(line + "\n", to: "get_all_users_activity_timestamp_csvs.py")
        let problem = try await site.problem(.activityTimestamps)
        #expect(
            site.docker.folder.read("arguments")
                == "/home/docker/code/gstudio/gnowsys-ndf/manage.py\nshell\n--plain\n")
        #expect((problem == nil) == isGood)
        #expect(problem?.code == (isGood ? nil : .failed))
        if !isGood { #expect(problem?.lastLines.contains { $0.contains("Error: ") } == true) }
    }

    @Test("that fails is quoted with the last lines of both its outputs, without secrets, however much it printed")
    func failure() async throws {
        let site = ScriptSite(
            """
            head -c 3000000 /dev/zero | tr '\\0' '\\n' | sed 's/^/ Time spent/'
            printf 'Traceback\\nconnecting with \(FakeSchool.password)\\n' >&2
            echo 'IOError: \u{1B}[2J no space'
            exit 3
            """)
        let problem = try #require(try await site.problem(.progress))
        #expect(problem.code == .failed)
        #expect(
            problem.message
                == "export_users_analytics in the container gstudio ended with status 3; the last that it said:")
        #expect(problem.lastLines.count == 12)
        #expect(problem.lastLines.suffix(3) == ["Traceback", "connecting with ***", "IOError: \\x1b[2J no space"])
    }

    @Test("whose output was cut within a line is not quoted from the middle of it")
    func cutLine() {
        let masking = Masking(KnownSecrets(["a secret that is long"]))
        let output = Array("that is long\nlast\n".utf8)
        let filling = [UInt8](repeating: 10, count: ScriptCommand.kept - output.count)
        #expect(ScriptOutput.lastLines(of: output + filling, masking) == ["last"])
        #expect(ScriptOutput.lastLines(of: output, masking) == ["that is long", "last"])
    }

    @Test("that knows no such user has failed, though it ends with 0")
    func unknownUser() async throws {
        let site = ScriptSite(#"echo; echo " No User found with $3""#)
        let problem = try #require(try await site.problem(.activityTimestamps, user: PlatformUser("nobody")))
        #expect(problem.code == .failed)
        #expect(problem.message.contains("knows no user nobody"))
        #expect(problem.lastLines == [" No User found with nobody"])
    }

    @Test("that quotes a password, a hash or a link with a token is told without them")
    func secrets() {
        let said =
            "IOError: no made-up-password, pbkdf2_sha256$12000$made$up= at https://me:made-up-token-9@git.example.org/x"
        let masking = Masking(KnownSecrets(["made-up", "made-up-password"]))
        let told = "IOError: no ***, *** at https://***@git.example.org/x"
        #expect(ScriptOutput.lastLines(of: Array("\(said)\n".utf8), masking) == [told])
    }

    @Test("that takes too long is ended inside, and it is said where more time is given")
    func deadline() async throws {
        let site = ScriptSite(#"echo $$ >"$here/id"; exec sleep 1000"#)
        let problem = try #require(try await site.problem(.progress, timeout: .milliseconds(300)))
        #expect(problem.code == .failed)
        #expect(problem.message.contains("raise timeout under [run.progress]"))
        #expect(isGone(try #require(await site.docker.id())))
    }

    @Test("is not run a second time beside one that the container runs already, whoever started that")
    func busy() async throws {
        for (script, line) in [
            (
                DerivedScript.progress,
                "/usr/bin/python /home/docker/code/gstudio/gnowsys-ndf/manage.py export_users_analytics"
            ),
            (.activityTimestamps, "/bin/sh -c echo execfile(get_all_users_activity_timestamp_csvs.py)"),
            (.assessments, "/usr/bin/python /x/single_school_get_MIT_activity_data.py"),
        ] {
            let site = ScriptSite(Self.recording, top: line)
            #expect(try await site.problem(script)?.code == .busy)
            #expect(!site.docker.folder.exists("arguments"))
            let other: DerivedScript = script == .progress ? .assessments : .progress
            #expect(try await site.problem(other) == nil)
        }
    }

    @Test("cannot be run where the container is stopped or missing, and it is said what to do")
    func unavailable() async throws {
        let stopped = ScriptSite(Self.recording, inspect: FakeDocker.stopped)
        stopped.docker.folder.write(
            "#!/bin/sh\n[ $1 = inspect ] && { \(FakeDocker.stopped); exit; }; exit 1\n", to: "docker", mode: 0o755)
        let problem = try #require(try await stopped.problem(.progress))
        #expect(problem.code == .unavailable)
        #expect(problem.message.contains("docker start gstudio"))
        var context = try stopped.context()
        context.container = Container(name: "gstudio", command: ["/nonexistent/docker"], programs: SubprocessRunner())
        let run = ScriptRun(context)
        let error = await #expect(throws: ScriptProblem.self) { try await run.run(.progress, timeout: .seconds(9)) }
        #expect(error?.code == .unavailable)
    }

    @Test("takes only names that a user of the platform can have")
    func names() throws {
        for name in ["green-apple-sp100", "a", "x@y.z+_-", String(repeating: "a", count: 30)] {
            #expect(try PlatformUser(name).name == name)
        }
        for name in ["", "-x", "--help", "a b", "a/b", "$(id)", "a;b", "a\nb", "ü", String(repeating: "a", count: 31)] {
            #expect(throws: PlatformUser.Problem.self) { try PlatformUser(name) }
        }
    }
}
