import Testing

@testable import Settings

@Suite("The place of a key")
struct KeyPositionsTests {
    static let text = """
        # "comment" = 'not a key'
        a = 1
        [one] # [not.a.table]
        "b c" = "x # not a comment"
        'd'.e = '''
        f = "inside"
        ''' # after
        g = [ 1, # first
              { h = 2, i.j = "]" },
              3 ]
        [ two . "three.four" ]
        k = \"\"\"
        l = 1 \\\" \\
        \"\"\"\"\"
        m = 2018-08-14T10:00:00Z
        é = "é", n = 0
        [[five]]
        o = 1
        [[five]]
        p = { q = {} }
        [five.six]
        r = "\\u0041"
        "\\u0041" = 1
        """

    @Test(
        "is found whatever stands around it",
        arguments: [
            (["a"], 2, 1, 5), (["one"], 3, 2, 2), (["one", "b c"], 4, 1, 9), (["one", "d"], 5, 1, 1),
            (["one", "d", "e"], 5, 5, 9), (["one", "g", "0"], 8, 1, 7), (["one", "g", "1"], 9, 1, 7),
            (["one", "g", "1", "h"], 9, 9, 13), (["one", "g", "1", "i", "j"], 9, 18, 22),
            (["one", "g", "2"], 10, 1, 7), (["two"], 11, 3, 3), (["two", "three.four"], 11, 9, 9),
            (["two", "three.four", "k"], 12, 1, 5), (["two", "three.four", "m"], 15, 1, 5),
            (["two", "three.four", "é"], 16, 1, 5), (["five"], 17, 3, 3), (["five", "0", "o"], 18, 1, 5),
            (["five", "1", "p", "q"], 20, 7, 11), (["five", "1", "six"], 21, 7, 7),
            (["five", "1", "six", "r"], 22, 1, 5), (["five", "1", "six", "A"], 23, 1, 12),
        ])
    func found(_ path: [String], line: Int, keyColumn: Int, valueColumn: Int) {
        let positions = KeyPositions(Self.text)
        // An element of a list has a place only as a value; its key is the list's.
        if positions.values[path] == nil || positions.keys[path] != nil {
            #expect(positions.key(path) == TextPosition(line: line, column: keyColumn))
        }
        #expect(positions.value(path) == TextPosition(line: line, column: valueColumn))
    }

    @Test("is not found inside comments and texts")
    func notFound() {
        let positions = KeyPositions(Self.text)
        for path in [["comment"], ["one", "f"], ["not"], ["two", "three.four", "l"]] {
            #expect(positions.keys[path] == nil)
        }
    }

    @Test(
        "does not hang the scanner on what is not TOML",
        arguments: ["=", "]", "a = [", "a = {", "\"", "'''", "[[", "a ="]
    )
    func notTOML(_ text: String) {
        _ = KeyPositions(text)
    }

    @Test("counts lines with Windows line ends, too")
    func windows() {
        let positions = KeyPositions("[a]\r\nb = 1\r\nc = 2\r\n")
        #expect(positions.key(["a", "c"]) == TextPosition(line: 3, column: 1))
    }
}
