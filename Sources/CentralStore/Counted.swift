/// A count with its word, as sentences need it: `1 chunk`, `2 chunks`.
func counted(_ number: some BinaryInteger, _ singular: String) -> String {
    "\(number) \(singular)\(number == 1 ? "" : "s")"
}
