import LevelTree
import Testing

@Suite("server_settings.py, read as text")
struct ServerSettingsTests {
    private func parse(_ text: String) -> ServerSettings { ServerSettings(parsing: text.utf8) }

    @Test("the spacing that the set-up script writes")
    func field() {
        let settings = parse(
            "GSTUDIO_INSTITUTE_ID ='mz150'\nGSTUDIO_INSTITUTE_ID_SECONDARY ='2039150'\nGSTUDIO_INSTITUTE_NAME ='A School'\n"
        )
        #expect(settings.serverID == "mz150")
        #expect(settings.schoolCode == "2039150")
        #expect(settings.schoolName == "A School")
    }

    @Test("the spacing and quotes of the image, and of people")
    func spacing() {
        let settings = parse(
            "GSTUDIO_INSTITUTE_ID = \"sp100\"  # id\r\n  GSTUDIO_INSTITUTE_ID_SECONDARY='00000000'\r\nGSTUDIO_INSTITUTE_NAME\t=\tu'clix-default'\r\n"
        )
        #expect(settings.serverID == "sp100")
        #expect(settings.schoolCode == "00000000")
        #expect(settings.schoolName == "clix-default")
    }

    @Test("a name with an apostrophe, which is no Python, is read whole")
    func apostrophe() {
        #expect(parse("GSTUDIO_INSTITUTE_NAME ='St. Foo's H/S (Deficit)'\n").schoolName == "St. Foo's H/S (Deficit)")
        #expect(parse("GSTUDIO_INSTITUTE_NAME ='A & B, \"C\"'\n").schoolName == "A & B, \"C\"")
    }

    @Test("missing lines are missing, an empty value is empty")
    func missing() {
        let settings = parse("GSTUDIO_INSTITUTE_ID ='rj281'\nGSTUDIO_INSTITUTE_ID_SECONDARY =''\n")
        #expect(settings.serverID == "rj281")
        #expect(settings.schoolCode == "")
        #expect(settings.schoolName == nil)
        #expect(parse("").serverID == nil)
    }

    @Test("comments and other names are not taken for the value")
    func others() {
        let settings = parse(
            "#GSTUDIO_INSTITUTE_ID ='mz1'\nMY_GSTUDIO_INSTITUTE_ID ='mz2'\nGSTUDIO_INSTITUTE_ID_X ='mz3'\nGSTUDIO_INSTITUTE_ID\n"
        )
        #expect(settings == parse(""))
    }

    @Test("the last line wins, as in Python, and a cut line gives what is there")
    func repeated() {
        #expect(parse("GSTUDIO_INSTITUTE_ID ='mz1'\nGSTUDIO_INSTITUTE_ID ='mz2'\n").serverID == "mz2")
        #expect(parse("GSTUDIO_INSTITUTE_ID ='mz15").serverID == "mz15")
    }

    @Test("bytes that are not UTF-8 do not stop the reading")
    func notUTF8() {
        let bytes = Array("GSTUDIO_INSTITUTE_NAME ='".utf8) + [0xff] + Array("'\nGSTUDIO_INSTITUTE_ID ='mz1'\n".utf8)
        #expect(ServerSettings(parsing: bytes).serverID == "mz1")
    }
}
