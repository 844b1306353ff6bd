import ArgumentParser
import StoreServer
import Terminal

extension Seed {
    struct Folder: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "folder",
            abstract: "Declare a folder's content common (the word may be left out).",
            discussion: """
                Example:
                  clix-store seed /srv/pristine-image/data --name image-2018

                The folder must be readable for the store's user. Symbolic links and special files are left out.
                """)

        @Argument(help: ArgumentHelp("The folder.", valueName: "dir"), completion: .directory)
        var dir: String

        @Option(name: .long, help: "What seed list calls it; the folder's own name if nothing is said.")
        var name: String?

        @OptionGroup var verbosity: VerbosityOptions
        @OptionGroup var data: DataOption

        func run() throws {
            try reporting {
                let folder = DataDirectory(dir).path
                let name = name ?? folder.split(separator: "/").last.map(String.init) ?? "/"
                try perform(
                    .seed(folder: folder, name: name), on: data.directory, verbosity: verbosity.level)
            }
        }
    }
}
