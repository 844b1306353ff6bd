import ArgumentParser

/// `seed DIR` makes content common; `seed list` shows what was made so.
struct Seed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Declare a folder's content common, so that no school needs to send it.",
        discussion: """
            Examples:
              clix-store seed /srv/pristine-image/data --name image-2018
              clix-store seed list

            Meant for what every server has from the start: the data folder of a pristine image. Every school may then \
            learn that it need not send this content, and nothing else. Seeding the same folder again costs only time.
            """,
        subcommands: [Folder.self, List.self],
        defaultSubcommand: Folder.self)
}
