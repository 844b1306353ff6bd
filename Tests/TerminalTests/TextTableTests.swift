import Terminal
import Testing

@Suite struct TextTableTests {
    @Test func `columns are as wide as their widest cell, numbers lean right and lines end without spaces`() {
        var table = TextTable([("DATASET", .left), ("FILES", .right), ("OUTCOME", .left)])
        table.append(["db", "12", "complete"])
        table.append(["system-heartbeat", "1,204"])
        #expect(
            table.rendered() == """
                DATASET           FILES  OUTCOME
                db                   12  complete
                system-heartbeat  1,204

                """)
    }

    @Test func `a cell cannot break its line nor the columns after it`() {
        var table = TextTable(["SCHOOL", "NAME"])
        table.append(["mz1\n", "St.\tFoo\u{1B}[0m"])
        #expect(table.rendered() == "SCHOOL   NAME\nmz1\\x0A  St.\\x09Foo\\x1B[0m\n")
    }

    @Test func `names with combining marks keep the columns straight`() {
        var table = TextTable(["NAME", "ID"])
        table.append(["e\u{301}cole", "mz1"])
        #expect(table.rendered() == "NAME   ID\ne\u{301}cole  mz1\n")
    }

    @Test func `a table without rows is its headings`() {
        let table = TextTable(["A", "B"])
        #expect(table.isEmpty)
        #expect(table.rendered() == "A  B\n")
    }
}
