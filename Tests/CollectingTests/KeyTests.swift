import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite struct `Private keys` {
    /// Invented; nothing here is a key.
    private static func pem(_ label: String) -> String { "-----BEGIN \(label)-----\nAAAA\n-----END \(label)-----\n" }

    @Test(arguments: [
        "privkey.pem", "PRIVKEY.PEM", "privkey.pem.bak", "privkey.pem~", "server.key.old", "server.key.20180816",
        "server.key.1", "server.key.bak2", "server.key-backup", "server.pem - Copy (2)", "server.key.old.gz",
        "server.pem.dpkg-old", "bundle.p12", "bundle.PFX.orig", "secring.gpg", "putty.ppk", "id_rsa", "id_rsa.bak",
        "id_rsa_2018", "ID_DSA", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519.old", "#x.key#",
    ])
    func `are known by their names, and so are their copies`(name: String) {
        #expect(KeyName.isOne(name.utf8))
    }

    @Test(arguments: [
        "localhost.crt", "id_rsa.pub", "id_ed25519.old.pub", "notes.key.csv", "slides.keynote", "a.key-points.txt",
        "key", "pem", "monkey", "my_id_rsa", "1.json", "system-heartbeat-20180816-150101.log",
    ])
    func `are not seen in names that are like theirs`(name: String) {
        #expect(!KeyName.isOne(name.utf8))
    }

    @Test(arguments: [
        pem("PRIVATE KEY"), pem("RSA PRIVATE KEY"), pem("ENCRYPTED PRIVATE KEY"), pem("OPENSSH PRIVATE KEY"),
        pem("EC PRIVATE KEY"), pem("PGP PRIVATE KEY BLOCK"), pem("CERTIFICATE") + pem("PRIVATE KEY"),
        "some words\r\n  " + pem("DSA PRIVATE KEY"), "openssh-key-v1\0\0\0\0\u{4}none", "b3BlbnNzaC1rZXktdjEAAAAA",
        "PuTTY-User-Key-File-2: ssh-rsa\r\n",
    ])
    func `are known by what is in them`(text: String) {
        #expect(KeyContent.refusal(Array(text.utf8)) == "never collected: what is in it is a private key")
    }

    @Test(arguments: [
        "", "-----BEGIN ", "-----BEGIN CERTIFICATE-----\n", pem("PUBLIC KEY"), "ssh-rsa AAAA invented@example.org",
        "GET /?q=-----BEGIN PRIVATE KEY----- HTTP/1.1", "about PRIVATE KEY files",
        "the header is -----BEGIN RSA PRIVATE KEY-----",
    ])
    func `are not seen where they are only spoken of`(text: String) {
        #expect(KeyContent.refusal(Array(text.utf8)) == nil)
    }

    @Test func `in a drop folder stay there, listed with the reason, and are read only once`() async throws {
        let school = FakeSchool()
        for (name, content) in [
            "keys/id_rsa": "x", "keys/id_rsa.pub": "public", "keys/privkey.pem.bak": "x", "keys/.ssh/id_rsa": "x",
            "keys/notes": Self.pem("RSA PRIVATE KEY"),
            // Above the bound nothing is looked for: no key is so long.
            "user_data/long": Self.pem("PRIVATE KEY") + String(repeating: "x", count: 64 << 10),
        ] { school.root.write(content, to: "home/core/unplatform/terminal-8/\(name)") }
        shell("find '\(school.sources.unplatform)' -exec touch -d 2018-06-01 {} +")
        let context = try school.context()
        var options = StagingOptions()
        options.keepFree = 0
        options.racySeconds = 0
        let staging = try Staging.open(at: school.root.path + "/staging", identity: context.identity, options: options)
        let collector = Collectors.collector(for: .of("unplatform"))
        func collect() async throws -> CollectionResult {
            try staging.collect(
                collector.dataset, year: try Year(2018), gathering: try await collector.gather(context),
                clock: CollectionClock(startedMilliseconds: 1_534_413_600_000, bootSeconds: 100, isTrusted: true))
        }
        let first = try await collect()
        #expect(first.outcome == .complete)
        #expect(
            first.skipped.map { "\($0.path): \($0.reason)" } == [
                "unknown-8f1186a9/terminal-7/.git: never collected: it holds another program's state",
                "unknown-8f1186a9/terminal-7/keys/localhost.key: never collected: by its name it holds a key",
                "unknown-ca705e1d/terminal-8/keys/.ssh: never collected: it holds another program's state",
                "unknown-ca705e1d/terminal-8/keys/id_rsa: never collected: by its name it holds a key",
                "unknown-ca705e1d/terminal-8/keys/notes: never collected: what is in it is a private key",
                "unknown-ca705e1d/terminal-8/keys/privkey.pem.bak: never collected: by its name it holds a key",
            ])
        #expect(
            shell("cd '\(school.root.path)/staging/tree/2018/mz/2039150-mz150/unplatform'; find . -type f | sort")
                == """
                ./unknown-8f1186a9/terminal-7/unplatform/user_data/1.json
                ./unknown-ca705e1d/terminal-8/keys/id_rsa.pub
                ./unknown-ca705e1d/terminal-8/user_data/long

                """)
        let second = try await collect()
        #expect(second.skipped == first.skipped)
        #expect(second.figures.filesRead == 0)
    }

    @Test(arguments: ["media", "rcs-repo", "assessment-media/repository", "assessment-media/studentResponseFiles"])
    func `are not looked for in what people uploaded`(dataset: String) throws {
        let parts = try FakeSchool().survey(dataset).location.gathering.parts
        for case .folder(let folder) in parts { #expect(folder.judge == nil) }
        #expect(!parts.isEmpty)
    }
}
