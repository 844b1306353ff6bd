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

    /// The text of a configuration file with the harmless ones of these settings.
    static func harmlessText(of settings: [GitConfiguration.Setting]) -> [UInt8] {
        var text = Array("[core]\n\tbare = false\n".utf8)
        for setting in settings where isHarmless(setting) {
            text += Array("[".utf8) + setting.section
            if let subsection = setting.subsection { text += Array(" ".utf8) + quoted(subsection) }
            text += Array("]\n\t".utf8) + setting.name
            if let value = setting.value { text += Array(" = ".utf8) + quoted(value) }
            text += Array("\n".utf8)
        }
        return text
    }

    private static func isHarmless(_ setting: GitConfiguration.Setting) -> Bool {
        let section = String(decoding: setting.section, as: UTF8.self)
        let name = String(decoding: setting.name, as: UTF8.self)
        if section == "extensions" { return !withheldExtensions.contains(name) }
        return harmless[section]?.contains(name) ?? false
    }

    /// In double quotes, as git-config(1) has it.
    private static func quoted(_ value: [UInt8]) -> [UInt8] {
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
