import Glibc
import LevelTree
import Settings
import Staging
import Terminal

extension Check {
    /// Looks at the staging directory; makes nothing in it.
    mutating func tryStaging(_ school: School) {
        let directory = school.settings.staging.directory
        for open in ["/home/core/backups", "/home/core/setup-software"] where (directory + "/").hasPrefix(open + "/") {
            fault(
                "staging", "\(open) is shown to everybody in the school's network; move directory under [staging]",
                .config)
        }
        var status = stat()
        guard stat(directory, &status) == 0 else {
            return warn("staging", "\(directory) is not there yet; the first enroll or collect makes it")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            let reason = String(cString: strerror(errno))
            return fault(
                "staging", "\(directory) cannot be written: \(reason); make it the property of who runs this", .io)
        }
        do {
            tell(try school.diskUse(), directory)
        } catch let error as StagingError where error.code == .outdated {
            ok("staging", "\(directory): \(error)")
        } catch {
            fault("staging", error)
        }
        tellWhatIsApart(directory, school)
    }

    private mutating func tell(_ use: DiskUse, _ directory: String) {
        let sentence =
            "\(directory): \(ByteText.size(use.used)) of \(ByteText.size(use.budget)) used, "
            + "\(ByteText.size(use.free)) free on the disk"
        guard let stopped = use.collecting.stopped else { return ok("staging", sentence) }
        fault(
            "staging",
            "\(sentence), of which \(ByteText.size(use.keepFree)) must stay free: \(stopped) until there is room; "
                + "upload, or make room, or raise budget under [staging]", .notNow)
    }

    /// What was collected while the machine called itself another server takes room, and is nobody's care otherwise.
    private mutating func tellWhatIsApart(_ directory: String, _ school: School) {
        guard let standing = try? school.standing(), !standing.isAnotherServer else { return }
        var status = stat()
        guard stat(directory + "/other", &status) == 0 else { return }
        warn(
            "staging",
            "\(directory)/other has what was collected while this machine called itself another server; it is never sent "
                + "from there; remove it if nobody needs it")
    }

    /// What mirrors were collected from and is gone now; said of each root that looks like a disk that is not mounted.
    /// - Returns: the last generations of those that are gone.
    mutating func tryMirrors(_ school: School, _ identity: SchoolIdentity) -> [Dataset: Generation] {
        // What is wrong with staging is said of it.
        guard let staging = try? school.lookAtStaging(identity),
            let mirrors = try? MirrorSources(school, identity, staging)
        else { return [:] }
        for sentence in mirrors.warnings(school.settings.source) { fault("source", sentence, .config) }
        return mirrors.gone
    }
}

extension School {
    /// - Throws: `StagingError`.
    fileprivate func diskUse() throws -> DiskUse {
        // What the disk holds does not depend on who the school is.
        guard let identity = try? ownIdentity(standing()), let staging = try lookAtStaging(identity) else {
            return try Staging.diskUse(ofEmpty: settings.staging.directory, options: stagingOptions)
        }
        return try staging.diskUse()
    }
}
