import Testing

@testable import Collecting

/// Held against git itself.
@Suite struct `A repository's configuration` {
    private func byGit(_ text: String) -> [String]? {
        let folder = TemporaryFolder()
        let file = folder.write(text, to: "config")
        let list = "\(Repositories.git) config --file '\(file)' --no-includes --list --null"
        let said = shell("{ \(list) || echo broken; } 2>/dev/null")
        return said == "broken\n" ? nil : said.split(separator: "\0").map(String.init)
    }

    private func byUs(_ text: String) -> [String]? {
        (try? GitConfiguration(Array(text.utf8)))?.settings.map { setting in
            let key = [setting.section, setting.subsection, setting.name].compactMap { $0 }
                .map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
            return setting.value.map { "\(key)\n\(String(decoding: $0, as: UTF8.self))" } ?? key
        }
    }

    @Test(arguments: [
        "", "[core]", "[core]\n\tbare = false\n\tfileMode=true\n", "[Core] Bare", "[core]\nbare=\n", "[core]bare=1",
        "\u{feff}[core]\r\n\tbare = true\r\n", "# a\n; b\n[core] # c\n  x = a b  # d\n  y = a;b\n",
        "[branch \"Feature/#1 \\\"x\\\\y\"]\n\tmerge = refs/heads/x\n", "[branch.Old]\n\tremote = origin\n",
        "[remote \"origin\"]\n\turl = https://me:tok3n@host/x.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n",
        "[a]\nx = \"  quoted # ; \" and  more  \ny = one\\\n  two\\\nz=3\nt = \\t\\n\\\\\\\"\n", "[a]\nx = \"a\"b\"c\"",
        "[a]\nx = last line without its end", "[a]\nx = \"\"\n", "[a]\nx=1\n[A]\nX=2\n", "[a \"\"]\nx=1\n",
        "[include]\n\tpath = other\n",
        // What git refuses.
        "[core", "[core\n]", "[core \"x]", "[core \"x\" ]", "[co_re]\nx=1", "[core]\n1x = 1", "[core]\nx y\n",
        "[a]\nx = \"open\n", "[a]\nx = \\q\n", "=1", "[a]\nx_y = 1\n",
    ])
    func `is read as git reads it`(text: String) {
        #expect(byUs(text) == byGit(text))
    }

    @Test func `that is broken is refused with its line`() {
        #expect(throws: GitConfiguration.Fault.self) { try GitConfiguration(Array("[a]\n\nx = \\q\n".utf8)) }
        do {
            _ = try GitConfiguration(Array("[a]\n\nx = \\q\n".utf8))
        } catch {
            #expect(error.description == "line 3 is not what git can read")
        }
    }

    @Test func `is shown to git without addresses, and with quotes that hold`() throws {
        let text = "[remote \"or\\\"igin\"]\n url = https://me:tok3n@host/\n fetch = \"a\\nb\"\n[core] fileMode\n"
        let shown = String(
            decoding: GitSettings.harmlessText(of: try GitConfiguration(Array(text.utf8)).settings), as: UTF8.self)
        #expect(
            shown == """
                [core]
                \tbare = false
                [remote "or\\"igin"]
                \tfetch = "a\\nb"
                [core]
                \tfilemode

                """)
        #expect(byGit(shown) == ["core.bare\nfalse", "remote.or\"igin.fetch\na\nb", "core.filemode"])
    }
}
