import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite struct `Heartbeats` {
    private let programs = FakePrograms.printing([
        "free": "              total        used\nMem:          7.7Gi       2.6Gi\n",
        "df": "Filesystem      Size\n/dev/sda3       908G\n", "uptime": " 15:01:21 up  1:11,  0 users\n",
        "ps": "USER       PID COMMAND\nroot         1 python x --password=abc \(FakeSchool.password) https://u:p@h/\n",
    ])
    private let host = FakeHost(interfaces: [
        InterfaceAddress(interface: "lo", address: "127.0.0.1"),
        InterfaceAddress(interface: "eth0", address: "192.168.1.5"),
        InterfaceAddress(interface: "wlan0", address: "10.1.2.3"),
        InterfaceAddress(interface: "eth0", address: "fe80::1%eth0"),
        InterfaceAddress(interface: "docker0", address: "172.17.0.1"),
        InterfaceAddress(interface: "br-0a1b", address: "172.18.0.1"),
        InterfaceAddress(interface: "veth12", address: "172.18.0.9"),
    ])

    private func made(
        _ context: CollectionContext
    ) async throws -> (name: String, text: String, parts: [Gathering.Part]) {
        let gathering = try await HeartbeatCollector().gather(context)
        guard case .text(let bytes, let name, let mode, let modified) = gathering.parts[0] else {
            throw CollectingProblem(.absent, "no text was made")
        }
        #expect(mode == 0o644)
        #expect(modified == context.now)
        return ("\(name)", String(decoding: bytes, as: UTF8.self), gathering.parts)
    }

    @Test func `one is made at each collection, named by the school's clock, beside those that are there`() async throws
    {
        let school = FakeSchool()
        let heartbeat = try await made(try school.context(programs: programs, host: host))
        #expect(heartbeat.name == "system-heartbeat-20180816-153000.log")
        #expect(heartbeat.parts.dropFirst().map(\.placeText) == ["\(school.sources.data)/system-heartbeat"])
    }

    @Test func `it is made where there never was one`() async throws {
        let school = FakeSchool()
        shell("rm -r '\(school.sources.data)/system-heartbeat'")
        #expect(try await made(try school.context(programs: programs)).parts.count == 1)
        #expect(HeartbeatCollector().locate(try school.context()).absence == nil)
    }

    @Test func `it holds what the standard asks for, in the sections that a person knows`() async throws {
        let text = try await made(try FakeSchool().context(programs: programs, host: host)).text
        let titles = text.split(separator: "\n").filter { $0.hasPrefix("Info-msg : ") }
        #expect(
            titles == [
                "Info-msg : hostname of server (hostname). ", "Info-msg : identity of the school (server settings). ",
                "Info-msg : date and clock of the server (date). ",
                "Info-msg : internal ip addresses of the system (ip address). ", "Info-msg : RAM details (free -h). ",
                "Info-msg : HDD details (df -h). ", "Info-msg : uptime (uptime). ",
                "Info-msg : current process (ps aux). ",
            ])
        for expected in [
            "server id : mz150\n", "school id : 2039150\n", "school name : St. Foo's H/S (Deficit)\n",
            "eth0- 192.168.1.5\nwlan0- 10.1.2.3\n", "Mem:          7.7Gi", "/dev/sda3       908G", "up  1:11",
            "Thu Aug 16 15:30:00 IST 2018\n",
        ] { #expect(text.contains(expected), "\(expected)") }
        let separator = "\n \n\n" + String(repeating: "-", count: 84) + " \n\n\n"
        #expect(text.components(separator) == titles.count + 1)
    }

    @Test func `neither the loopback's nor Docker's addresses are in it`() async throws {
        let text = try await made(try FakeSchool().context(programs: programs, host: host)).text
        for address in ["127.0.0.1", "172.17.0.1", "172.18.0", "fe80"] { #expect(!text.contains(address)) }
    }

    @Test func `secrets in command lines are masked`() async throws {
        let school = FakeSchool()
        let text = try await made(try school.context(programs: programs, host: host)).text
        // The folder with the settings goes with the school.
        withExtendedLifetime(school) {}
        #expect(text.contains("python x --password=*** *** https://***@h/"))
        #expect(!text.contains(FakeSchool.password))
    }

    @Test func `a clock that is not believed is said to be so inside`() async throws {
        let school = FakeSchool()
        let doubtful = try await made(try school.context(programs: programs, isClockTrusted: false)).text
        let believed = try await made(try school.context(programs: programs)).text
        #expect(doubtful.contains("The clock of this server is not to be trusted"))
        #expect(!believed.contains("not to be trusted"))
    }

    @Test func `a clock that differs from the store's is said to do so inside`() async throws {
        let school = FakeSchool()
        var context = try school.context(programs: programs)
        context.clockNote = "The clock of this server is 26 d behind the store's, whose time this is."
        #expect(try await made(context).text.contains("2018\n\(context.clockNote ?? "")"))
    }

    @Test func `is named by its boot while nobody knows the time, and by the time once that is known`() throws {
        let start = FileTime(seconds: 946_684_800, nanoseconds: 0)
        let held = HeartbeatName.name(
            at: start, held: HeldMoment(bootID: "3f2a9c1e-77aa-4000-8000-000000000000", bootSeconds: 120.9), in: .india)
        #expect("\(held)" == "system-heartbeat-20000101-053000-held-3f2a9c1e-120.log")
        func known(_ name: RelativePath) -> String? {
            HeartbeatName.known(name, in: .india) { boot, seconds in
                boot == "3f2a9c1e" ? FileTime(seconds: 1_534_413_600 + seconds, nanoseconds: 0) : nil
            }.map { "\($0)" }
        }
        #expect(known(held) == "system-heartbeat-20180816-153200.log")
        for other in [
            "system-heartbeat-20000101-053000.log", "system-heartbeat-20000101-053000-held-00000000-120.log",
            "system-heartbeat-20000101-053000-held-3f2a9c1e-x.log", "notes-held-3f2a9c1e-120.log",
        ] {
            #expect(known(try RelativePath(other)) == nil)
        }
    }

    @Test func `where a program is missing the section says so and tells what the system itself tells`() async throws {
        let text = try await made(try FakeSchool().context(programs: FakePrograms())).text
        for (program, native) in [("free", "memory"), ("df", "disks"), ("uptime", "uptime"), ("ps", "processes")] {
            #expect(
                text.contains(
                    "(\(program) is not installed on this machine; what the system itself tells:)\nnative \(native)\n"))
        }
    }

    @Test func `df that cannot ask one of the filesystems still tells of the others`() async throws {
        var programs = programs
        programs.answers["df"] = { program in
            let result = ProgramResult(ending: .exited(1), output: Array("others\n".utf8))
            return program.succeeds(result.ending) ? .success(result) : .failure(ProgramProblem(.failed, "no success"))
        }
        let text = try await made(try FakeSchool().context(programs: programs)).text
        #expect(text.contains("(df -h). \n\nothers\n"))
    }

    @Test func `a school's name cannot forge a section`() async throws {
        var context = try FakeSchool().context(programs: programs)
        context.identity = SchoolIdentity(
            serverID: context.identity.serverID, schoolCode: context.identity.schoolCode, schoolName: "a\nInfo-msg : b")
        #expect(try await made(context).text.contains("school name : a\\x0aInfo-msg : b\n"))
    }

    @Test func `on this machine the real programs and the real host tell something for each section`() async throws {
        let text = try await made(try FakeSchool().context(host: LinuxHost())).text
        #expect(text.contains("Mem"))
        #expect(text.contains("load"))
        #expect(!text.contains("is not installed"))
        let host = LinuxHost()
        #expect(!host.hostname().isEmpty)
        #expect(host.addresses().contains { $0.interface == "lo" && $0.address == "127.0.0.1" })
        #expect(String(decoding: host.memory(), as: UTF8.self).hasPrefix("MemTotal:"))
        #expect(String(decoding: host.uptime(), as: UTF8.self).contains("\nload "))
        #expect(
            String(decoding: host.processes(), as: UTF8.self).contains("CollectingTests") || host.processes().count > 50
        )
        #expect(
            String(decoding: MountedDisks.text(mounts: Array("/dev/x / ext4 rw 0 0\n".utf8)), as: UTF8.self).contains(
                " /\n"))
    }
}

extension String {
    /// How many pieces the separator cuts this into.
    func components(_ separator: String) -> Int {
        var count = 1
        var rest = Array(utf8)[...]
        while let found = rest.firstRange(of: Array(separator.utf8)) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
