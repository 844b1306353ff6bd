/// A count with its word, as sentences about an operation need it.
enum Counted {
    /// `1 school`, `2 schools`.
    static func text(_ number: some BinaryInteger, _ singular: String) -> String {
        "\(number) \(singular)\(number == 1 ? "" : "s")"
    }
}
