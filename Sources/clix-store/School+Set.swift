import ArgumentParser
import LevelTree
import StoreServer

extension School {
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a school's code or name.",
            discussion: """
                Example:
                  clix-store school set mz150 --code 2039151 --name "St. Foo's H/S"

                A new code moves the school's folders in the tree, of all years, to <code>-<id>; checkouts of the past get \
                the new name too.
                """)

        @Argument(help: School.idHelp)
        var id: String

        @Option(name: .long, help: "The school code: 7 or 8 digits, NA, or an empty text to take it away.")
        var code: String?

        @Option(name: .long, help: "The name.")
        var name: String?

        @OptionGroup var data: DataOption

        func validate() throws {
            if code == nil, name == nil { throw ValidationError("Say what to set: --code, --name or both.") }
        }

        func run() throws {
            try reporting {
                let code = try code.map { try SchoolCode(listed: $0) }
                try perform(.setSchool(serverID(id), code: code, name: name), on: data.directory)
            }
        }
    }
}
