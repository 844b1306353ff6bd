import ArgumentParser
import LevelTree
import StoreServer

extension School {
    struct Code: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new one-time code, alone, on standard output: for a replaced or restored machine.",
            discussion: """
                Example:
                  clix-store school code mz150

                The machine that enrols with it continues the school's history; the one before may send no more from \
                then on.
                """)

        @Argument(help: School.idHelp)
        var id: String

        @OptionGroup var data: DataOption

        func run() throws {
            try reporting { try perform(.newCode(serverID(id)), on: data.directory) }
        }
    }
}
