import Terminal
import Testing

@Suite struct TerminalTextTests {
    @Test(
        "what could steer a terminal is shown instead of done",
        arguments: [
            ("a\u{1B}[2Jb", "a\\x1B[2Jb"), ("one\ntwo\r", "one\\x0Atwo\\x0D"), ("\u{9B}31m", "\\x9B31m"),
            ("x\u{7F}\u{8}", "x\\x7F\\x08"), ("evil\u{202E}txt.exe", "evil\\u{202E}txt.exe"),
            ("\u{2066}\u{200F}\u{61C}", "\\u{2066}\\u{200F}\\u{61C}"), ("a\u{2028}b", "a\\u{2028}b"),
            ("\u{E0041}", "\\u{E0041}"), ("\u{FEFF}", "\\u{FEFF}"),
        ])
    func harmful(text: String, shown: String) {
        #expect(TerminalText.escaped(text) == shown)
    }

    @Test(
        "ordinary text of any script stays",
        arguments: ["St. Foo's H/S & Co", "स्कूल क्\u{200D}ष", "తెలుగు", "already \\x0A escaped", ""])
    func harmless(text: String) {
        #expect(TerminalText.escaped(text) == text)
    }

    @Test func `combining marks take no column`() {
        #expect(TerminalText.width("abc") == 3)
        #expect(TerminalText.width("e\u{301}") == 1)
        #expect(TerminalText.width("क्\u{200D}ष") == 2)
    }

    @Test func `a text that is cut says so`() {
        #expect(TerminalText.fitted("assessment", columns: 10) == "assessment")
        #expect(TerminalText.fitted("assessment", columns: 6) == "asses…")
        #expect(TerminalText.fitted("assessment", columns: 1) == "…")
        #expect(TerminalText.fitted("assessment", columns: 0) == "")
    }
}
