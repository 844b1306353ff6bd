import Collecting
import LevelTree
import Settings
import Testing

@testable import SchoolDaemon

@Suite("What the daemon does by itself")
struct JobRulesTests {
    private func scripts(_ scripts: [DerivedScript: RunSettings]) throws -> [String] {
        var settings = try MadeSchool().settings
        settings.scripts = scripts
        return try School(settings).jobRules.map(\.job.name).filter { $0.hasPrefix("run.") }.sorted()
    }

    @Test("of the platform's scripts is progress alone, where nothing is set")
    func defaults() throws { #expect(try scripts([:]) == ["run.progress"]) }

    @Test("is each script whose table has a schedule and nothing else, by that schedule")
    func scheduleAlone() throws {
        let fridays = try CalendarRule("Fri *-*-8..14,22..28")
        let own = RunSettings(schedule: fridays)
        #expect(try scripts([.activityTimestamps: own]) == ["run.activity-timestamps", "run.progress"])
        var settings = try MadeSchool().settings
        settings.scripts = [.activityTimestamps: own]
        let school = try School(settings)
        #expect(school.jobRules.first { $0.job == .run(.activityTimestamps) }?.calendar == fridays)
        #expect(school.use(of: .activityTimestamps) == .whereNobodyElse)
    }

    @Test("is no script that is switched off, also with a schedule, and each that is switched on")
    func enabled() throws {
        let off = RunSettings(isEnabled: false, schedule: .daily)
        #expect(try scripts([.progress: off, .assessments: off]) == [])
        #expect(try scripts([.assessments: RunSettings(isEnabled: true)]) == ["run.assessments", "run.progress"])
    }

    @Test("is no dataset that is switched off; the heartbeat is made hourly, the others daily")
    func datasets() throws {
        var settings = try MadeSchool().settings
        settings.datasets[.of("media")] = DatasetSettings(isEnabled: false)
        let rules = try School(settings).jobRules
        #expect(!rules.contains { $0.job == .collect(.of("media")) })
        let hourly = rules.filter { $0.calendar == .hourly }.map(\.job)
        #expect(hourly == [.collect(.of("system-heartbeat"))])
    }

    @Test("begins at another time in each school, also while nobody says who the school is")
    func spread() throws {
        let unknown = try School(try MadeSchool().settings)
        #expect(throws: (any Error).self) { try unknown.identity() }
        let (one, other) = (unknown.spread(machine: "1a2b"), unknown.spread(machine: "1a2c"))
        #expect(one != other)
        #expect(one == unknown.spread(machine: "1a2b"), "and at the same in each boot")
        #expect([one, other].allSatisfy { (0..<1).contains($0) })
    }

    @Test("in the container stays out of the minutes of the platform's own jobs")
    func minutes() throws {
        let rules = try School(try MadeSchool().settings).jobRules
        #expect(rules.filter { !$0.avoidedMinutes.isEmpty }.map(\.job) == [.run(.progress)])
    }
}
