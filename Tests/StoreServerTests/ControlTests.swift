import CentralStore
import Foundation
import Glibc
import LevelTree
import Settings
import Synchronization
import TestSupport
import Testing
import Wire

@testable import StoreServer

@Suite("Commands beside the running service, and without one")
struct ControlTests {
    @Test("the socket is for its owner only, lies in the data directory, and goes with the service")
    func permissions() async throws {
        let path = try await LiveStore.serving { store async throws in
            #expect(try store.folder.permissions(of: "store/control.sock") == 0o600)
            return store.directory.controlSocket
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("a command is carried out by the service that runs, and its refusals come back as they are")
    func overTheSocket() async throws {
        try await LiveStore.serving { store async throws in
            _ = try await store.addSchool()
            let twice = await #expect(throws: StoreServerError.self) { try await store.addSchool() }
            #expect(twice?.code == .badArgument && twice?.message.contains("mz150") == true)
            let unknown = await #expect(throws: StoreServerError.self) {
                try await store.command(.newCode(ServerID("mz999")))
            }
            #expect(unknown?.code == .unknownName)
            let image = SchoolIdentity(
                serverID: try ServerID("sp100"), schoolCode: try SchoolCode("00000000"), schoolName: "")
            let refused = await #expect(throws: StoreServerError.self) { try await store.command(.addSchool(image)) }
            #expect(refused?.code == .badArgument)
        }
    }

    @Test("a data directory that lies deep down is no problem for the socket")
    func deepDirectory() throws {
        let folder = try TemporaryFolder()
        let deep = folder.path + "/" + (0..<8).map { "a-folder-with-a-long-name-\($0)" }.joined(separator: "/")
        try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
        let service = try ControlService(DataDirectory(deep), logger: RecordingLog().logger) { _, _ in .done("done") }
        defer { #expect(service.stop(within: .seconds(10))) }
        #expect(access(deep + "/control.sock", F_OK) == 0)
    }

    @Test("without a descriptor for a command the service rests, says so once, and takes who waits once there is one")
    func noDescriptorsLeft() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path)
        let lines = RecordingLog()
        let tries = Mutex<[ContinuousClock.Instant]>([])
        let rest = Duration.milliseconds(50)
        let service = try ControlService(
            directory, logger: lines.logger, rest: rest,
            accept: { listener in
                let count = tries.withLock { tries in
                    tries.append(.now)
                    return tries.count
                }
                guard count <= 3 else { return Glibc.accept(listener, nil, nil) }
                errno = EMFILE
                return -1
            }
        ) { _, _ in .done("done") }
        defer { #expect(service.stop(within: .seconds(10))) }
        let descriptor = try ControlAddress.makeSocket()
        let connection = LineConnection(descriptor)
        #expect(try ControlAddress(directory).connect(descriptor))
        try connection.send(ControlMessage.line(StoreOperation.newCode(ServerID("mz150"))))
        #expect(try connection.receive(limit: ControlMessage.answerLimit) != nil)
        let times = tries.withLock { $0 }
        #expect(times.count == 4)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= rest })
        #expect(
            lines.all == [
                "warning: commands cannot ask this service for now, as no connection can be taken over the control "
                    + "socket: Too many open files", "notice: commands are heard again",
            ])
    }

    @Test("the service may be stopped while it rests")
    func stoppedWhileItRests() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path)
        let tried = DispatchSemaphore(value: 0)
        do {
            let service = try ControlService(
                directory, logger: RecordingLog().logger, rest: .milliseconds(50),
                accept: { _ in
                    tried.signal()
                    errno = EMFILE
                    return -1
                }
            ) { _, _ in .done("done") }
            let descriptor = try ControlAddress.makeSocket()
            defer { close(descriptor) }
            #expect(try ControlAddress(directory).connect(descriptor))
            tried.wait()
            #expect(service.stop(within: .seconds(10)))
        }
        #expect(access(directory.controlSocket, F_OK) != 0)
    }

    @Test("without a service a command takes the lock itself; with another holder it is told to come again")
    func underTheLock() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path + "/store")
        try Initialisation.run(directory, hosts: [HostName("localhost")], listen: .standard)
        let identity = SchoolIdentity(
            serverID: try ServerID("mz150"), schoolCode: try SchoolCode("2039150"), schoolName: "A")
        let added = try StoreCommand(directory).perform(.addSchool(identity))
        #expect("\(added)".contains("CLIX1-"))
        let handle = try StoreHandle.open(directory)
        defer { handle.store.close() }
        let busy = #expect(throws: StoreError.self) { try StoreCommand(directory).perform(.newCode(identity.serverID)) }
        #expect(busy?.code == .busy)
    }

    @Test("nonsense, a line without end and silence do not hold the service up")
    func nonsense() async throws {
        try await LiveStore.serving { store async throws in
            let script = """
                import socket, sys
                def ask(data):
                    s = socket.socket(socket.AF_UNIX)
                    s.connect(sys.argv[1])
                    try: s.sendall(data)
                    except BrokenPipeError: pass
                    s.shutdown(socket.SHUT_WR)
                    answer = b""
                    try:
                        while True:
                            piece = s.recv(65536)
                            if not piece: break
                            answer += piece
                    except ConnectionResetError: pass
                    return answer
                print(ask(b"hello\\n"))
                print(ask(b"x" * (6 << 20)))
                print(ask(b""))
                """
            // The path must be short here: Python knows no other way.
            let link = "/tmp/clix-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            symlink(store.directory.path, link)
            defer { unlink(link) }
            let shown = try await aside { try Program.run(["python3", "-c", script, link + "/control.sock"]) }
            let lines = shown.output.split(separator: "\n")
            #expect(
                lines.count == 3 && lines[0].contains("does not understand") && lines[1] == "b''" && lines[2] == "b''")
            _ = try await store.addSchool()
        }
    }

    @Test("a list of schools is imported as a whole; the same list again changes nothing")
    func importing() async throws {
        try await LiveStore.serving { store async throws in
            _ = try await store.addSchool()
            let text = "Sr. No.;School Name;Full CLIx School Code;Server id\n;Renamed;2039150;mz150\n;New;NA;tg350\n"
            let lines = try SchoolList(parsing: Array(text.utf8), named: "schools.csv").lines
            let first = try await store.command(.importSchools(lines))
            #expect("\(first)".contains("1 added, 1 changed, 0 known"))
            let second = try await store.command(.importSchools(lines))
            #expect("\(second)".contains("0 added, 0 changed, 2 known"))
        }
    }

    @Test("a corrected code moves what is in the tree, set or imported, while the service runs and without it")
    func corrected() async throws {
        let folder = try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let file = try OneFile("first")
            try await school.bring(file.chunks)
            _ = try await school.commit(file.commit(1)).decoded(Receipt.self, status: 201)
            _ = try await store.command(.setSchool(ServerID("mz150"), code: SchoolCode("2039151"), name: nil))
            #expect(try Self.shown(in: store.folder) == ["2039151-mz150"])
            let text = "Sr. No.;School Name;Full CLIx School Code;Server id\n;Renamed;2039152;mz150\n"
            let imported = try await store.command(
                .importSchools(SchoolList(parsing: Array(text.utf8), named: "schools.csv").lines))
            #expect("\(imported)".contains("1 school in the list: 0 added, 1 changed"))
            #expect(try Self.shown(in: store.folder) == ["2039152-mz150"])
            return store.folder
        }
        let command = StoreCommand(DataDirectory(folder.path + "/store"))
        let done = try command.perform(.setSchool(ServerID("mz150"), code: SchoolCode("NA"), name: nil))
        #expect("\(done)".contains("mz150 is now NA-mz150, \\\"Renamed\\\".\")"), "\(done)")
        #expect(try Self.shown(in: folder) == ["NA-mz150"])
        #expect(try folder.read("store/tree/2018/mz/NA-mz150/gstudio/gstudio-logs/a.log") == "first")
    }

    @Test("a tree that cannot follow a corrected code does not undo it, and follows at the next try")
    func correctedLater() async throws {
        let folder = try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let file = try OneFile("first")
            try await school.bring(file.chunks)
            _ = try await school.commit(file.commit(1)).decoded(Receipt.self, status: 201)
            return store.folder
        }
        let settings = try folder.read("store/store.toml")
        try folder.write("reader_group = \"no-such-group\"\n", to: "store/store.toml")
        let command = StoreCommand(DataDirectory(folder.path + "/store"))
        let done = try command.perform(.setSchool(ServerID("mz150"), code: SchoolCode("2039151"), name: nil))
        #expect("\(done)".contains("does not follow yet") && "\(done)".contains("no-such-group"), "\(done)")
        #expect(try Self.shown(in: folder) == ["2039150-mz150"])
        try folder.write(settings, to: "store/store.toml")
        _ = try command.perform(.setSchool(ServerID("mz150"), code: SchoolCode("2039151"), name: nil))
        #expect(try Self.shown(in: folder) == ["2039151-mz150"])
    }

    /// The schools' folders in the tree of 2018 and mz.
    private static func shown(in folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path + "/store/tree/2018/mz").sorted()
    }

    @Test("a folder's content becomes common while the service runs, and schools are told so")
    func seeding() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let image = try TemporaryFolder()
            try image.write("factory content", to: "lesson.html")
            let done = try await store.command(.seed(folder: image.path, name: "image"))
            #expect("\(done)".contains("1 file with 15 bytes is common now: 1 chunk,"))
            let hello = try await school.curl("GET", "/v1/hello")
            #expect(String(decoding: hello.body, as: UTF8.self).contains(#""common":true"#))
        }
    }
}
