import ArgumentParser
import CentralStore
import StoreServer
import Terminal
import Wire

extension School {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All schools: whether they are enrolled, and when they were last heard from.",
            discussion: """
                Examples:
                  clix-store school list
                  clix-store school list --json
                """)

        @Flag(name: .long, help: "One JSON array, for programs.")
        var json = false

        @OptionGroup var data: DataOption

        func run() throws {
            try reporting {
                let schools = try ReadingStore.open(data.directory).schools()
                if json { return StandardOutput.write(try JSONText.of(schools)) }
                var table = TextTable([
                    ("SCHOOL", .left), ("DIRECTORY", .left), ("STATE", .left), ("LAST CONTACT", .left),
                    ("LAST COMMIT", .left), ("SNAPSHOTS", .right), ("NAME", .left),
                ])
                for school in schools {
                    table.append([
                        school.serverID.text, school.directory, school.stateWord, moment(school.lastContact),
                        moment(school.lastCommit), "\(school.snapshots)", school.name,
                    ])
                }
                StandardOutput.write(table.rendered())
            }
        }
    }
}

/// A time of day in a table; nothing where there is none.
func moment(_ milliseconds: Int64?) -> String {
    milliseconds.map { Moment(milliseconds: $0).description } ?? "-"
}

extension SchoolSummary {
    /// How it stands, in a word.
    var stateWord: String {
        if forks > 0 { return "forked" }
        if installation == nil { return enrolled == nil ? "not enrolled" : "revoked" }
        return isQuiet ? "quiet" : "enrolled"
    }
}
