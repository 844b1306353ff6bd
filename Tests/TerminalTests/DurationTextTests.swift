import Terminal
import Testing

@Suite struct DurationTextTests {
    @Test(
        "a span is told in its two largest units",
        arguments: [
            (.zero, "0 s"), (.seconds(-3), "0 s"), (.milliseconds(40), "0 s"), (.milliseconds(400), "0.4 s"),
            (.seconds(2), "2 s"), (.milliseconds(9_949), "9.9 s"), (.milliseconds(9_960), "10 s"),
            (.milliseconds(45_500), "46 s"), (.milliseconds(59_600), "1 min"), (.seconds(125), "2 min 5 s"),
            (.seconds(3_600), "1 h"), (.seconds(11_520), "3 h 12 min"), (.seconds(187_200), "2 d 4 h"),
        ] as [(Duration, String)])
    func short(duration: Duration, text: String) {
        #expect(DurationText.short(duration) == text)
    }
}
