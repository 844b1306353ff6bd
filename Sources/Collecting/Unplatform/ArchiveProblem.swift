/// Why an archive was not unpacked. The sentences read on after its path.
enum ArchiveProblem: Error {
    /// It is kept as it is, unopened.
    case refused(String)
    /// It may be unpacked at a later pass.
    case waits(String)
    /// Not the archive's fault, and the end of the pass.
    case failed(CollectingProblem)

    static let again = "; bring it again from the lab PC"

    static func damaged(_ what: String) -> ArchiveProblem { .refused("is damaged: \(what)\(again)") }
}
