import Collecting
import LevelTree
import Settings

extension Check {
    /// Who makes derived data on this server: the platform's own cron, or we. Nothing is said where the crontab cannot be
    /// read, as then the container cannot be asked for anything, which has a line of its own.
    mutating func tryScripts(_ school: School, _ identity: SchoolIdentity) async {
        guard let cron = await PlatformCron.read(school.lookingContext(identity)) else { return }
        for script in DerivedScript.allCases {
            tell(script, isInCron: cron.scripts.contains(script), school.use(of: script))
        }
    }

    private mutating func tell(_ script: DerivedScript, isInCron: Bool, _ use: ScriptUse) {
        let subject = "script \(script.name)"
        let table = "[run.\(script.name)]"
        let none = "the platform's own cron makes no \(script.product)"
        switch (isInCron, use) {
        case (true, .always):
            warn(
                subject,
                "the platform's own cron makes \(script.product) \(script.frequency), and \(table) is on as well; one of them is "
                    + "enough: set enabled = false there")
        case (true, .whereNobodyElse), (true, .never):
            ok(subject, "the platform's own cron makes \(script.product)")
        case (false, .always): ok(subject, "\(none); \(table) is on")
        case (false, .whereNobodyElse): ok(subject, "\(none), so the service does")
        case (false, .never) where script == .progress:
            warn(
                subject,
                "\(none), by which the centre tells on which days this server was on, and \(table) is off; to make a set now: "
                    + "clix-collectd run-script \(script.name)")
        case (false, .never):
            ok(subject, "\(none); to make them now: clix-collectd run-script \(script.name)")
        }
    }
}
