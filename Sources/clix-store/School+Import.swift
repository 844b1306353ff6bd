import ArgumentParser
import StoreServer

extension School {
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add or change schools by a state's list; all of it or nothing.",
            discussion: """
                Example:
                  clix-store school import schools.csv

                The list is UTF-8 text with ; between the columns, and its first line is
                  Sr. No.;School Name;Full CLIx School Code;Server id
                New schools are added, code and name of known ones are set, schools that it does not name stay as they \
                are. No codes are printed; use school code for those.
                """)

        @Argument(help: ArgumentHelp("The list.", valueName: "csv"), completion: .file(extensions: ["csv"]))
        var file: String

        @OptionGroup var data: DataOption

        func run() throws {
            try reporting {
                try perform(.importSchools(SchoolList(readingFrom: file).lines), on: data.directory)
            }
        }
    }
}
