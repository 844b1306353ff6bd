import ArgumentParser
import CentralStore
import StoreServer
import Terminal

extension Seed {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What was declared common.",
            discussion: """
                Example:
                  clix-store seed list
                """)

        @Flag(name: .long, help: "One JSON array, for programs.")
        var json = false

        @OptionGroup var data: DataOption

        func run() throws {
            try reporting {
                let seeds = try ReadingStore.open(data.directory).seeds()
                if json { return StandardOutput.write(try JSONText.of(seeds)) }
                var table = TextTable([
                    ("NAME", .left), ("SEEDED", .left), ("FILES", .right), ("BYTES", .right),
                ])
                for seed in seeds {
                    table.append([
                        seed.name, moment(seed.at), "\(seed.files)", "\(seed.bytes)",
                    ])
                }
                StandardOutput.write(table.rendered())
            }
        }
    }
}
