import Testing

@testable import CentralStore

/// What every storage of packs must do; run on each implementation.
struct PackStorageContract {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case files, memory
        var testDescription: String { rawValue }
    }

    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func storage(_ kind: Kind) throws -> any PackStorage {
        switch kind {
        case .files: try PackFiles(folder: folder.path("packs"))
        case .memory: MemoryPacks()
        }
    }

    @Test("what was appended can be read, also in part", arguments: Kind.allCases)
    func readsBack(_ kind: Kind) throws {
        let storage = try storage(kind)
        let pack = PackID.random()
        try storage.create(pack)
        try storage.append([1, 2, 3], to: pack, at: 0)
        try storage.append([4, 5], to: pack, at: 3)
        try storage.sync(pack)
        #expect(try storage.length(of: pack) == 5)
        #expect(try storage.read(pack, at: 0, count: 5) == [1, 2, 3, 4, 5])
        #expect(try storage.read(pack, at: 2, count: 2) == [3, 4])
        #expect(try storage.read(pack, at: 5, count: 0) == [])
    }

    @Test("a read beyond the end is damage", arguments: Kind.allCases)
    func readBeyond(_ kind: Kind) throws {
        let storage = try storage(kind)
        let pack = PackID.random()
        try storage.create(pack)
        try storage.append([1, 2, 3], to: pack, at: 0)
        try expectRefusal(.damaged) { _ = try storage.read(pack, at: 2, count: 2) }
    }

    @Test("a pack is made once", arguments: Kind.allCases)
    func madeOnce(_ kind: Kind) throws {
        let storage = try storage(kind)
        let pack = PackID.random()
        try storage.create(pack)
        try storage.append([1], to: pack, at: 0)
        try expectRefusal(.storage) { try storage.create(pack) }
        #expect(try storage.length(of: pack) == 1)
    }

    @Test("all packs are listed, and one without a header can be discarded", arguments: Kind.allCases)
    func lists(_ kind: Kind) throws {
        let storage = try storage(kind)
        #expect(try storage.list().isEmpty)
        let packs = (0..<40).map { _ in PackID.random() }
        for pack in packs { try storage.create(pack) }
        #expect(Set(try storage.list()) == Set(packs))
        try storage.discardHeaderless(packs[0])
        #expect(Set(try storage.list()) == Set(packs.dropFirst()))
    }

    @Test("a pack that was cut goes on from there", arguments: Kind.allCases)
    func truncates(_ kind: Kind) throws {
        let storage = try storage(kind)
        let pack = PackID.random()
        try storage.create(pack)
        try storage.append([1, 2, 3], to: pack, at: 0)
        try storage.truncate(pack, to: 1)
        try storage.append([9], to: pack, at: 1)
        try storage.sync(pack)
        #expect(try storage.read(pack, at: 0, count: 2) == [1, 9])
        #expect(try storage.length(of: pack) == 2)
    }

    @Test("many packs are read, more than files are kept open")
    func manyFiles() throws {
        let storage = try storage(.files)
        let packs = (0..<100).map { _ in PackID.random() }
        for (index, pack) in packs.enumerated() {
            try storage.create(pack)
            try storage.append([UInt8(index)], to: pack, at: 0)
            try storage.sync(pack)
        }
        for (index, pack) in packs.enumerated() { #expect(try storage.read(pack, at: 0, count: 1) == [UInt8(index)]) }
    }

    @Test("pack files can be read by their owner alone, and lie in folders of their first two digits")
    func privateFiles() throws {
        let storage = try storage(.files)
        let pack = PackID.random()
        try storage.create(pack)
        #expect(folder.mode("packs/\(pack.text.prefix(2))/\(pack.text)") == "600")
        #expect(folder.mode("packs/\(pack.text.prefix(2))") == "700")
    }
}
