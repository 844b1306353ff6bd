import ArgumentParser
import LevelTree
import StoreServer

extension School {
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a school's machine its right to send, from its next request on.",
            discussion: """
                Example:
                  clix-store school revoke mz150

                What it sent stays. school code gives the right to a machine again.
                """)

        @Argument(help: School.idHelp)
        var id: String

        @OptionGroup var data: DataOption

        func run() throws {
            try reporting { try perform(.revoke(serverID(id)), on: data.directory) }
        }
    }
}
