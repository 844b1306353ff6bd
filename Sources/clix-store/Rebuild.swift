import ArgumentParser
import StoreServer
import Terminal

struct Rebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the catalog anew from the packs, and the tree anew from the catalog.",
        discussion: """
            Example:
              systemctl stop clix-store
              clix-store rebuild

            For a lost or damaged catalog, or a tree that was changed by hand. Nothing that was committed is touched. The \
            service must not run meanwhile.
            """)

    @OptionGroup var verbosity: VerbosityOptions
    @OptionGroup var data: DataOption

    func run() throws {
        try reporting {
            let progress = Progress.onStandardError(verbosity.level)
            let show = ProgressOfOperation(progress)
            let failures = try StoreRebuild(data.directory).run(onProgress: show.update)
            progress.end("The catalog and the tree of \(data.directory.path) are made anew.")
            for failure in failures { progress.warn(failure) }
            if !failures.isEmpty { throw ExitCode(ExitStatus.partial.rawValue) }
        }
    }
}
