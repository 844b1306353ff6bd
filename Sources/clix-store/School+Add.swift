import ArgumentParser
import LevelTree
import StoreServer

extension School {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a school and print its one-time enrolment code, alone, on standard output.",
            discussion: """
                Example:
                  clix-store school add mz150 --code 2039150 --name "Govt. High School"

                The code enrols one machine within 90 days: clix-collectd enroll --store URL --code CODE
                """)

        @Argument(help: "The server id, like mz150.")
        var id: String

        @Option(name: .long, help: "The state's school code: 7 or 8 digits, NA, or nothing where there is none.")
        var code = ""

        @Option(name: .long, help: "The school's name, for people.")
        var name = ""

        @OptionGroup var data: DataOption

        func run() throws {
            try reporting {
                let identity = SchoolIdentity(
                    serverID: try ServerID(id), schoolCode: try SchoolCode(listed: code), schoolName: name)
                try perform(.addSchool(identity), on: data.directory)
            }
        }
    }
}
