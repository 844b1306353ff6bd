import Foundation
import Settings
import Testing

@testable import StoreServer

@Suite("Making a store")
struct InitialisationTests {
    private func initialise(_ directory: DataDirectory) throws -> Authority {
        try Initialisation.run(directory, hosts: [HostName("localhost")], listen: .standard)
    }

    @Test("a new directory becomes a store that can be opened, with settings that can be read")
    func new() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path + "/store/")
        #expect(!directory.isInitialised)
        #expect(throws: StoreServerError.self) { try directory.requireInitialised() }
        let authority = try initialise(directory)
        #expect(directory.isInitialised)
        #expect(try SettingsFile.store(directory.settingsFile) == StoreSettings())
        let handle = try StoreHandle.open(directory)
        #expect(handle.authority.fingerprint == authority.fingerprint)
        handle.store.close()
        #expect(try !folder.names().contains(".init-unfinished"))
    }

    @Test("readers can reach the tree, and nothing else")
    func permissions() throws {
        let folder = try TemporaryFolder()
        _ = try initialise(DataDirectory(folder.path + "/store"))
        #expect(try folder.permissions(of: "store") == 0o755)
        for name in ["tls", "keys", "packs"] { #expect(try folder.permissions(of: "store/" + name) == 0o700) }
    }

    @Test("a second init is an error and changes nothing")
    func twice() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path + "/store")
        let authority = try initialise(directory)
        let error = #expect(throws: StoreServerError.self) { try initialise(directory) }
        #expect(error?.code == .alreadyThere)
        #expect(try Authority.load(from: directory.tls).fingerprint == authority.fingerprint)
    }

    @Test("a directory with anything foreign in it is refused and left as it is")
    func foreign() throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "letter.txt")
        let error = #expect(throws: StoreServerError.self) { try initialise(DataDirectory(folder.path)) }
        #expect(error?.code == .alreadyThere && error?.message.contains("letter.txt") == true)
        #expect(try folder.names() == ["letter.txt"])
    }

    @Test("the root of an empty file system will do")
    func fileSystem() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/lost+found", withIntermediateDirectories: false)
        _ = try initialise(DataDirectory(folder.path))
        #expect(try folder.names().contains("lost+found"))
    }

    @Test("an init that was cut short is no store, and init makes it one")
    func cutShort() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path)
        _ = try initialise(directory)
        try folder.write("", to: ".init-unfinished")
        let error = #expect(throws: StoreServerError.self) { try directory.requireInitialised() }
        #expect(error?.code == .notInitialised)
        _ = try initialise(directory)
        #expect(directory.isInitialised)
    }

    @Test("without a host name there is no certificate to make")
    func noHost() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path + "/store")
        #expect(throws: StoreServerError.self) { try Initialisation.run(directory, hosts: [], listen: .standard) }
        #expect(try folder.names().isEmpty)
    }
}
