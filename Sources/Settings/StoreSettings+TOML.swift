extension StoreSettings {
    /// Reads the text of a `store.toml`. Pure: no path is looked at.
    ///
    /// - Parameter file: how the file is named in messages.
    /// - Throws: `SettingsError` with every problem found.
    public init(parsing text: String, file: String = "store.toml") throws(SettingsError) {
        let document = try SettingsValue.document(text, file: file)
        let problems = SettingsProblems(positions: KeyPositions(text))
        var root = TableReader(document, path: [], problems: problems)
        self.init()
        listen = root.text("listen", "an address and port such as \"0.0.0.0:8443\"", ListenAddress.init) ?? listen
        readerGroup = root.text("reader_group", "the name of a Unix group, such as \"clix-readers\"") { name in
            Self.isGroupName(name) ? name : nil
        }
        root.finish()
        try problems.throwIfAny(file: file)
    }

    /// What Debian's `groupadd` accepts; whether the group exists shows when it is used.
    private static func isGroupName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "-"), name.utf8.count <= 32 else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
