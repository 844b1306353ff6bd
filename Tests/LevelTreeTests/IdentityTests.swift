import LevelTree
import Testing

@Suite("Identities of schools")
struct IdentityTests {
    private func identity(_ id: String, _ code: String, _ name: String = "A school") throws -> SchoolIdentity {
        SchoolIdentity(serverID: try ServerID(id), schoolCode: try SchoolCode(code), schoolName: name)
    }

    @Test(
        "real identities give the directory names that existing scripts know",
        arguments: [
            ("mz150", "2039150", "2018/mz/2039150-mz150"), ("mz1", "02031001", "2018/mz/02031001-mz1"),
            ("tg350", "NA", "2018/tg/NA-tg350"), ("ct131", "", "2018/ct/-ct131"), ("mztpd3", "", "2018/mz/-mztpd3"),
            ("rj280", "3099280", "2018/rj/3099280-rj280"),
        ])
    func directories(_ id: String, _ code: String, _ path: String) throws {
        #expect(try identity(id, code).levelTwo(Year(2018)).description == path)
    }

    @Test("a school's name may hold anything; it is no part of a path")
    func names() throws {
        let school = try identity("mz151", "2039151", "St. Foo's H/S & Co (Deficit)")
        #expect(try school.levelTwo(Year(2019)).description == "2019/mz/2039151-mz151")
        try school.requireConfigured()
    }

    @Test("an image that nobody set up is recognised, and the sentence says what to set")
    func unconfigured() throws {
        for school in [
            try identity("sp100", "00000000"), try identity("mz150", "00000000"), try identity("sp100", "1"),
        ] {
            let problem = #expect(throws: IdentityProblem.self) { try school.requireConfigured() }
            #expect(problem?.code == .unconfigured)
            #expect(problem?.message.contains("GSTUDIO_INSTITUTE_ID") == true)
        }
    }

    @Test("a server of no state has no place in the tree")
    func noState() throws {
        #expect(throws: IdentityProblem.self) { try identity("dl5", "1").levelTwo(Year(2018)) }
        #expect(try ServerID("mztpd3").state == .mz)
        #expect(try ServerID("sp100").state == nil)
    }

    @Test(
        "what is no server id is refused", arguments: ["", "m1", "MZ1", "mz-1", "mz1/..", "mz 1", "1mz", "mz1x", "मz1"])
    func serverIDs(_ text: String) {
        #expect(throws: IdentityProblem.self) { try ServerID(text) }
    }

    @Test("what is no school code is refused", arguments: ["2031-1", "../x", "a b", "12345678901234567", "é"])
    func schoolCodes(_ text: String) {
        #expect(throws: IdentityProblem.self) { try SchoolCode(text) }
    }

    @Test("an operator lists codes of 7 or 8 digits, NA or none", arguments: ["2031017", "02031001", "NA", ""])
    func listedCodes(_ text: String) throws {
        #expect(try SchoolCode(listed: text) == SchoolCode(text))
    }

    @Test(
        "a mistyped code is refused from an operator, and the sentence says what one is",
        arguments: ["203101", "020310010", "2031017a", "na", "N/A", "２０３１０１７", "0"])
    func mistypedCodes(_ text: String) {
        let problem = #expect(throws: IdentityProblem.self) { try SchoolCode(listed: text) }
        #expect(problem?.message.contains("7 or 8 digits (2031017), or NA, or empty") == true)
    }

    @Test("a year has four digits")
    func years() throws {
        #expect(try Year(1970).description == "1970")
        #expect(throws: IdentityProblem.self) { try Year(1969) }
        #expect(throws: IdentityProblem.self) { try Year(10000) }
    }
}
