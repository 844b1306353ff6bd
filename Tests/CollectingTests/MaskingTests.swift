import Testing

@testable import Collecting

@Suite struct `Secrets in text` {
    private func masked(_ text: String, _ secrets: [String] = [], as kind: Masking.Text = .plain) -> String {
        String(decoding: Masking(KnownSecrets(secrets)).apply(to: Array(text.utf8), as: kind), as: UTF8.self)
    }

    @Test(arguments: [
        ("https://user:p4ss@host.example/a/b.git", "https://***@host.example/a/b.git"),
        ("https://abcdef0123@host.example/x", "https://***@host.example/x"),
        ("fetch (https://u:p@h/x) and http://a:b@c/ end", "fetch (https://***@h/x) and http://***@c/ end"),
        ("'ssh://git@host/x'", "'ssh://***@host/x'"),
        ("https://u:p@ss@host/", "https://***@host/"),
        ("https://host/a@b", "https://host/a@b"),
        ("https://host?mail=a@b", "https://host?mail=a@b"),
        ("https://host/x?access_token=abc&y=1#z", "https://host/x?access_token=***&y=1#z"),
        ("https://host/x?y=1&Password=abc", "https://host/x?y=1&Password=***"),
        ("git@host.example:org/repo.git", "git@host.example:org/repo.git"),
        ("://", "://"), ("https://@", "https://***@"), ("", ""),
    ])
    func `URLs lose their user information and their tokens, and nothing else`(text: String, expected: String) {
        #expect(masked(text) == expected)
    }

    @Test func `a known secret is masked wherever it stands, the longer one first`() {
        #expect(masked("a hunter22 b hunter2 c", ["hunter2", "hunter22"]) == "a *** b *** c")
        #expect(masked("PASSWORD=Inv3nted@2)1^", ["Inv3nted@2)1^"]) == "PASSWORD=***")
    }

    @Test func `a value too short to be a secret does not tear holes into text`() {
        #expect(masked("the cat", ["the", ""]) == "the cat")
    }

    @Test func `bytes that are no text stay as they are`() {
        let bytes: [UInt8] = [0xff, 0x3a, 0x2f, 0x2f, 0xfe, 0x00, 0x40]
        #expect(Masking().apply(to: bytes) == bytes)
    }

    @Test(arguments: [
        ("pg --password=abc -x", "pg --password=*** -x"),
        ("pg --password abc -x", "pg --password *** -x"),
        ("pg --password  abc", "pg --password  ***"),
        ("PGPASSWORD=abc pg_dump", "PGPASSWORD=*** pg_dump"),
        ("prog --token --verbose", "prog --token --verbose"),
        ("curl -H Authorization: Bearer abc.def https://x", "curl -H Authorization: Bearer *** https://x"),
        ("curl -H Authorization: abc", "curl -H Authorization: ***"),
        ("curl -H authorization:abc", "curl -H authorization:***"),
        ("curl -u x https://u:p@h/", "curl -u x https://***@h/"),
        ("mongod --auth --config /x", "mongod --auth --config /x"),
    ])
    func `command lines lose what options that speak of a secret are given`(text: String, expected: String) {
        #expect(masked("root 1 0.0 \(text)\nroot 2 next", as: .commandLines) == "root 1 0.0 \(expected)\nroot 2 next")
    }

    @Test func `plain text is not taken for command lines`() {
        #expect(masked("+    --password=abc") == "+    --password=abc")
    }

    @Test func `the settings' secrets are read from the text`() {
        let text = """
            DATABASES = {
              'default': {
            'NAME': 'gstudio_psql',\t# Used
            'PASSWORD':'Inv3nted@2)1^',\t\t# Used
            'PORT':''
              }, }
            EMAIL_HOST_PASSWORD = u"mail word"
            #OLD_PASSWORD = 'old-one-too'
            SECRET_KEY='it\\'s quoted'
            TOKEN = os.environ['X']
            PASSWORD_HASHERS = ('a', 'b')
            """
        let secrets = KnownSecrets(settingsText: Array(text.utf8))
        let values = Set(secrets.values.map { String(decoding: $0, as: UTF8.self) })
        #expect(values == ["Inv3nted@2)1^", "mail word", "old-one-too", "it's quoted"])
    }

    @Test func `settings that were cut short or are no text harm nobody`() {
        #expect(KnownSecrets(settingsText: Array("PASSWORD = 'abcdef".utf8)).values == [Array("abcdef".utf8)])
        #expect(KnownSecrets(settingsText: [0x3d, 0x27, 0xff, 0x3a]).values.isEmpty)
        #expect(KnownSecrets(settingsText: []).values.isEmpty)
    }
}
