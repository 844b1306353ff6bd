import Terminal
import Testing

@Suite struct ByteTextTests {
    @Test(
        "a size is told in the unit that keeps it short",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"),
            (99_949, "99.9 kB"), (99_950, "100 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"), (1_449_999, "1.4 MB"),
            (162_000_000, "162 MB"), (17_000_000_000, "17.0 GB"), (UInt64.max, "18.4 EB"),
        ] as [(UInt64, String)])
    func size(bytes: UInt64, text: String) {
        #expect(ByteText.size(bytes) == text)
    }

    @Test(
        "a rate that is no number counts as none",
        arguments: [
            (512_000, "512 kB/s"), (0.4, "0 bytes/s"), (-5, "0 bytes/s"), (.nan, "0 bytes/s"), (.infinity, "0 bytes/s"),
            (1e30, "1.0 EB/s"),
        ] as [(Double, String)])
    func rate(value: Double, text: String) {
        #expect(ByteText.rate(value) == text)
    }

    @Test func `counts are grouped and agree with their word`() {
        #expect(ByteText.count(1, "file") == "1 file")
        #expect(ByteText.count(0, "file") == "0 files")
        #expect(ByteText.count(12_877, "file") == "12,877 files")
        #expect(ByteText.count(1_234_567, "entry", "entries") == "1,234,567 entries")
        #expect(ByteText.grouped(-1234) == "-1,234")
        #expect(ByteText.grouped(.min) == "-9,223,372,036,854,775,808")
    }
}
