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
        ("https://u:it's@host/x", "https://***@host/x"),
        ("https://u:a/b@host.example/x", "https://***@host.example/x"),
        ("https://u:a/b'c?d#e\"f@host/x", "https://***@host/x"),
        ("https://u:p@ss/w@host/x", "https://***@host/x"),
        ("u = 'https://u:it\\'s@h/', v = 'a@b'", "u = 'https://***@h/', v = 'a@b'"),
        ("['https://u:p@h/','me@there']", "['https://***@h/','me@there']"),
        ("\"https://h/x\",\"me:you@there\"", "\"https://h/x\",\"me:you@there\""),
        ("https://u:p@h/,http://a:b/c@d/", "https://***@h/,http://***@d/"),
        ("https://h/x,ssh://git@d/", "https://h/x,ssh://***@d/"),
        ("https://u:p@host.example/@scope/name", "https://***@host.example/@scope/name"),
        ("https://host:8080/a@b", "https://host:8080/a@b"),
        ("https://[::1]:8080/a@b", "https://[::1]:8080/a@b"),
        ("see \"https://host/x?token=abc\".", "see \"https://host/x?token=***\"."),
        ("://", "://"), ("https://@", "https://***@"), ("", ""),
    ])
    func `URLs lose their user information and their tokens, and nothing else`(text: String, expected: String) {
        #expect(masked(text) == expected)
    }

    @Test(arguments: [
        ("x pbkdf2_sha256$12000$made$up= y", "x *** y"),
        ("(password)=(pbkdf2_sha256$12000$made$u+p/=) is there", "(password)=(***) is there"),
        ("PASSWORD 'SCRAM-SHA-256$4096:ma/de==$up=:ke+y=';", "PASSWORD '***';"),
        ("PASSWORD 'md50123456789abcdef0123456789ABCDEF';", "PASSWORD '***';"),
        ("core:$6$made$upupupupupupup:1", "core:***"), ("a=sha1$made$up, b=md5$made$up", "a=***, b=***"),
        ("md5 0123456789abcdef0123456789abcdef", "md5 0123456789abcdef0123456789abcdef"),
        ("cmd50123456789abcdef0123456789abcdef", "cmd50123456789abcdef0123456789abcdef"),
        ("md50123456789abcdef0123456789abcdef0", "md50123456789abcdef0123456789abcdef0"),
        ("echo $1$2 $HOME $5 sha1$x 55", "echo $1$2 $HOME $5 sha1$x 55"),
    ])
    func `hashes of passwords are masked, and nothing else that looks a little like them`(
        text: String, expected: String
    ) {
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

    @Test func `a value on the lines after its name is found, a list of values is none`() {
        let text = #"""
            SECRET_KEY = (
                'first part'  # and
                "second part")
            DB_PASS = \
                'third part'
            OPTIONS = {'AUTH_KEY':
                'fourth part', 'sort_key': 'no secret'}
            PRIVATE_TOKEN = """fifth
            sixth"""
            PASSWORD_HASHERS = (
                'django.contrib.auth.hashers.PBKDF2PasswordHasher',
                'django.contrib.auth.hashers.SHA1PasswordHasher'
            )
            """#
        let values = KnownSecrets(settingsText: Array(text.utf8)).values.map { String(decoding: $0, as: UTF8.self) }
        #expect(Set(values) == ["first part", "second part", "third part", "fourth part", "fifth", "sixth"])
    }

    @Test(arguments: [
        ("a.py", "-DB_PASS = 'old1'", "-DB_PASS = '***'"),
        ("a.py", "+DB_PASS = 'new1'", "+DB_PASS = '***'"),
        ("a.py", " DB_PASS = 'now1'", " DB_PASS = '***'"),
        ("a.py", "+    'PASSWORD': u\"it's\",\t# Used", "+    'PASSWORD': u\"***\",\t# Used"),
        ("a.py", "+x(user='me', password='p', port='1')", "+x(user='me', password='***', port='1')"),
        (
            "a.py", "+AUTH_KEY='a'; SECRET = 'b'; MAPS_KEY = \"c\"",
            "+AUTH_KEY='***'; SECRET = '***'; MAPS_KEY = \"***\""
        ),
        ("a.py", "+MY_TOKENS = '1', HOST = 'x'", "+MY_TOKENS = '***', HOST = 'x'"),
        ("a.py", "+c['password'] = 'x'", "+c['password'] = '***'"),
        ("a.py", "+if token == 'x':", "+if token == '***':"),
        ("a.py", "+PASSWORD = 'a' 'b' \\", "+PASSWORD = '***' '***' \\"),
        ("a.py", "+PASSWORD = 'cut off\r", "+PASSWORD = '***\r"),
        ("a.js", "+apiKey: \"x\", dbpass => 'y'", "+apiKey: \"***\", dbpass => '***'"),
        ("a.json", "+  \"client_secret\": \"x\"", "+  \"client_secret\": \"***\""),
        ("local_settings.py.default", "+SECRET_KEY = 'x'", "+SECRET_KEY = '***'"),
        ("a.sh", "+export PGPASSWORD=x; psql -h $h", "+export PGPASSWORD=***; psql -h $h"),
        ("a.sh", "+DB_PASS=\"x y\" run", "+DB_PASS=\"***\" run"),
        ("a.conf", "-smtp_password = x y", "-smtp_password = ***"),
        ("docker-compose.yml", "+    - DB_PASS=x", "+    - DB_PASS=***"),
        ("docker-compose.yml", "+      db_password: x  ", "+      db_password: ***  "),
    ])
    func `a diff loses the values of settings that speak of a secret`(file: String, line: String, expected: String) {
        #expect(maskedDiff(line, of: file) == expected)
    }

    @Test(arguments: [
        ("a.py", "+key = lambda x: x"), ("a.py", "+PASSED = 3"), ("a.py", "+PASSED = 'yes'"),
        ("a.py", "+KEY = 'x'"), ("a.py", "+sort_key = 'name'"), ("a.py", "+monkey: 'x'"),
        ("a.py", "+COMPASS = 'north'"),
        ("a.py", "+PASSWORD = ''"), ("a.py", "+TOKEN = os.environ['X']"), ("a.py", "+DB_PASS = get(name='x')"),
        ("a.py", "+PASSWORD_HASHERS = ('a', 'b')"), ("a.py", "+print 'password: ' + name + 'x'"),
        ("a.py", "+print \"password = \", 'x'"), ("a.py", "+class Token:"), ("a.py", "+password = getpass()"),
        ("a.py", "+# password: ask the office"), ("a.py", "\\ No newline at end of file"),
        ("a.sh", "+PASS=$1"), ("a.sh", "+TOKEN=$(cat x)"), ("a.sh", "+echo \"Password: enter it\""),
        ("a.conf", "+token_lifetime = 3600"), ("a.conf", "+use_token = no"), ("a.yml", "+    password: ${PASS}"),
        ("a.yml", "+secrets:"), ("a.html", "+<b>Password: 'x'</b>"), ("a.md", "+password = 'see the wiki'"),
    ])
    func `a diff keeps all else`(file: String, line: String) {
        #expect(maskedDiff(line, of: file) == line)
    }

    @Test func `in a diff a value is found on either side of a change, below its name, and in a hunk's heading`() {
        let diff = #"""
            diff --git a/x/settings.py b/x/settings.py
            index 1..2 100644
            --- a/x/settings.py
            +++ b/x/settings.py
            @@ -1,4 +1,4 @@ SECRET_KEY = (
            -    'old one'
            +    'new one'
             )
            @@ -9,4 +9,4 @@ TOKEN = 'in the heading'
             DB_PASS = \
            -    'old two'
            +    'new two'
             NAME = 'x'
            diff --git a/read.md b/read.md
            deleted file mode 100644
            --- a/read.md
            +++ /dev/null
            @@ -1 +0,0 @@
            -password = 'x'

            """#
        var expected = diff
        for secret in ["old one", "new one", "old two", "new two", "in the heading"] {
            expected = expected.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
        #expect(masked(diff, as: .diff) == expected)
    }

    @Test func `the diff of a merge has more columns`() {
        func diff(_ one: String, _ two: String) -> String {
            """
            diff --cc x.py
            --- a/x.py
            +++ b/x.py
            @@@ -1,2 -1,2 +1,5 @@@
            ++<<<<<<< HEAD
             +PASSWORD = '\(one)'
            ++=======
            + PASSWORD = '\(two)'
            ++>>>>>>> other

            """
        }
        #expect(masked(diff("one", "two"), as: .diff) == diff("***", "***"))
    }

    @Test func `what is no diff stays as it is`() {
        #expect(masked("PASSWORD = 'x'\n\n--- a", as: .diff) == "PASSWORD = 'x'\n\n--- a")
        #expect(masked("", as: .diff) == "")
    }

    private func maskedDiff(_ line: String, of file: String) -> String? {
        let head = "diff --git a/\(file) b/\(file)\n--- a/x/\(file)\n+++ b/x/\(file)\n@@ -1,2 +1,2 @@\n"
        let text = masked(head + line + "\n ", as: .diff).utf8
        guard text.starts(with: head.utf8), text.suffix(2).elementsEqual("\n ".utf8) else { return nil }
        return String(decoding: text.dropFirst(head.utf8.count).dropLast(2), as: UTF8.self)
    }

    @Test func `settings that were cut short or are no text harm nobody`() {
        #expect(KnownSecrets(settingsText: Array("PASSWORD = 'abcdef".utf8)).values == [Array("abcdef".utf8)])
        #expect(KnownSecrets(settingsText: [0x3d, 0x27, 0xff, 0x3a]).values.isEmpty)
        #expect(KnownSecrets(settingsText: []).values.isEmpty)
    }
}
