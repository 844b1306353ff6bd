import Collecting
import LevelTree
import Settings

extension Check {
    /// Who makes derived data on this server: the platform's own cron, or we. Nothing is said where the crontab cannot be
    /// read, as then the container cannot be asked for anything, which has a line of its own.
    mutating func tryScripts(_ school: School, _ identity: SchoolIdentity) async {
        guard let cron = await PlatformCron.read(school.lookingContext(identity)) else { return }
        for script in DerivedScript.allCases {
            tell(script, isInCron: cron.scripts.contains(script), school.settings.settings(for: script))
        }
    }

    private mutating func tell(_ script: DerivedScript, isInCron: Bool, _ settings: RunSettings) {
        let subject = "script \(script.name)"
        let table = "[run.\(script.name)]"
        switch (isInCron, settings.isEnabled == true) {
        case (true, true):
            warn(
                subject,
                "the platform's own cron makes \(script.product) \(script.frequency), and \(table) is on as well; one of them is "
                    + "enough: set enabled = false there")
        case (true, false): ok(subject, "the platform's own cron makes \(script.product)")
        case (false, true): ok(subject, "the platform's own cron makes no \(script.product); \(table) is on")
        case (false, false) where script == .progress:
            warn(
                subject,
                "the platform's own cron makes no \(script.product), by which the centre tells on which days this server "
                    + "was on; to make a set now: clix-collectd run-script \(script.name)")
        case (false, false):
            ok(
                subject,
                "the platform's own cron makes no \(script.product); to make them now: clix-collectd run-script "
                    + script.name)
        }
    }
}
