import Testing

@testable import Settings

@Suite("A quantity")
struct QuantityTests {
    @Test(
        "in bytes is read with its unit",
        arguments: [
            ("40 GiB", 42_949_672_960), ("40GiB", 42_949_672_960), ("1.5 KiB", 1536), ("10 kB", 10_000), ("0 B", 0),
            ("3 TiB", 3_298_534_883_328), ("  7   MB ", 7_000_000),
        ] as [(String, UInt64)])
    func size(_ text: String, bytes: UInt64) {
        #expect(Quantity.size(text) == bytes)
    }

    @Test(
        "in bytes is refused when it is unclear",
        arguments: [
            "", "40", "GiB", "-1 GiB", "40 gib", "40 Gib", "1e3 B", "nan B", "inf B", "1..5 B", "4 0 B", "40 GiB/s",
            "0x10 B",
            "99999999999 TiB",
        ])
    func notSize(_ text: String) {
        #expect(Quantity.size(text) == nil)
    }

    @Test("of bytes a second needs its second")
    func rate() {
        #expect(Quantity.rate("256 KiB/s") == 262_144)
        #expect(Quantity.rate("1 MB/s ") == 1_000_000)
        for text in ["256 KiB", "256", "/s", "256 KiB/min", "256 KiB/s/s"] { #expect(Quantity.rate(text) == nil) }
    }

    @Test("of time is read with its unit")
    func duration() {
        #expect(Quantity.duration("90s") == .seconds(90))
        #expect(Quantity.duration("2h") == .seconds(7200))
        #expect(Quantity.duration("45min") == .seconds(2700))
        #expect(Quantity.duration("1h 30 min") == .seconds(5400))
        #expect(Quantity.duration("0.5s") == .milliseconds(500))
        for text in ["", "90", "s", "-1s", "2 months", "1h30", "999999999d"] { #expect(Quantity.duration(text) == nil) }
    }
}

@Suite("An address to listen on")
struct ListenAddressTests {
    @Test(
        "is a host and a port",
        arguments: [
            ("0.0.0.0:8443", "0.0.0.0", 8443), ("[::]:443", "::", 443), ("localhost:0", "localhost", 0),
            ("[::1]:65535", "::1", 65535),
        ])
    func good(_ text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "8443", ":8443", "0.0.0.0", "a:", "a:65536", "::1:80", "[a]:80", "a b:1", "a:+1", "a/b:1",
        ])
    func bad(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }
}

@Suite("The store's address")
struct StoreURLTests {
    @Test(
        "is HTTPS, a host and perhaps a port",
        arguments: [
            ("https://store.example.org:8443", "https://store.example.org:8443"), ("https://a/", "https://a"),
            ("HTTPS://a:1", "https://a:1"), ("https://[::1]:8443", "https://[::1]:8443"),
            ("https://[::1]", "https://[::1]"),
        ])
    func good(_ text: String, expected: String) throws {
        #expect(try StoreURL(text).text == expected)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "store.example.org", "http://a", "ftp://a", "https://", "https:///x", "https://a/b", "https://a?b",
            "https://a b",
            "https://a:b", "https://a:99999", "https://u@a", "https://é",
        ])
    func bad(_ text: String) {
        #expect(throws: StoreURL.Problem.self) { try StoreURL(text) }
    }
}
