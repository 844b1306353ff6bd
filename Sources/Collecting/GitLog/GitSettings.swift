/// The part of a repository's configuration that git may see.
///
/// Configuration can make git run programs in ever more ways (fsmonitor, hooks, filters, external diffs, text
/// conversion, signature checks, pagers, transports of a partial clone, includes that bring all of them). So nothing is
/// forbidden here by name; only what is known to be harmless, and changes what the four commands print, is let through.
/// Addresses of remotes are not among it.
enum GitSettings {
    private static let harmless: [String: Set<String>] = [
        "core": [
            "repositoryformatversion", "filemode", "ignorecase", "symlinks", "autocrlf", "eol", "quotepath",
            "precomposeunicode", "abbrev", "checkstat", "trustctime", "sparsecheckout", "sparsecheckoutcone",
        ],
        // Names a branch's counterpart: "Your branch is ahead of 'origin/master'".
        "branch": ["remote", "merge"],
        "remote": ["fetch"],
        "i18n": ["commitencoding", "logoutputencoding"],
        "status": ["showuntrackedfiles"],
    ]

    /// How a repository is stored. All but these two are let through, so that git refuses what it does not know.
    private static let withheldExtensions: Set<String> = ["partialclone", "worktreeconfig"]

    /// From `git config --list --null`, the text of a configuration file with the harmless settings.
    static func harmlessText(of list: [UInt8]) -> [UInt8] {
        var text = Array("[core]\n\tbare = false\n".utf8)
        for item in list.split(separator: 0) {
            // `section.name` or `section.any.thing.name`, newline, value; no newline for a name without a value.
            let parts = item.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = Key(parts[0]), isHarmless(key) else { continue }
            text += key.header + "\n\t".utf8 + key.name.utf8
            if parts.count > 1 { text += " = ".utf8 + quoted(parts[1]) }
            text += "\n".utf8
        }
        return text
    }

    private static func isHarmless(_ key: Key) -> Bool {
        if key.section == "extensions" { return !withheldExtensions.contains(key.name) }
        return harmless[key.section]?.contains(key.name) ?? false
    }

    private struct Key {
        let section: String
        let subsection: ArraySlice<UInt8>?
        let name: String

        /// git prints section and name in lower case, whatever the file has.
        init?(_ key: ArraySlice<UInt8>) {
            let dot = UInt8(ascii: ".")
            guard let first = key.firstIndex(of: dot), let last = key.lastIndex(of: dot) else { return nil }
            section = String(decoding: key[..<first], as: UTF8.self)
            name = String(decoding: key[(last + 1)...], as: UTF8.self)
            subsection = first < last ? key[(first + 1)..<last] : nil
        }

        var header: [UInt8] {
            guard let subsection else { return Array("[\(section)]".utf8) }
            return Array("[\(section) ".utf8) + quoted(subsection) + "]".utf8
        }
    }

    /// In double quotes, as git-config(1) has it.
    private static func quoted(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var text = [UInt8(ascii: "\"")]
        for byte in value {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): text += Array("\\n".utf8)
            default: text.append(byte)
            }
        }
        return text + [UInt8(ascii: "\"")]
    }
}
