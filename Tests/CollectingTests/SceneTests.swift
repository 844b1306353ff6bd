import Testing

/// Of what the other tests stand on.
@Suite struct `A scene that cannot be set` {
    @Test func `is a failure of its own test, and not the end of all`() {
        let folder = TemporaryFolder()
        withKnownIssue { shell("echo no; false") }
        withKnownIssue { _ = folder.write("x", to: "") }
        #expect(shell("echo yes") == "yes\n")
    }
}
