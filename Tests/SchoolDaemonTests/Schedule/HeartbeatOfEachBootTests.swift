import LevelTree
import Settings
import Testing

@testable import SchoolDaemon

@Suite("The hourly heartbeat")
struct HeartbeatOfEachBootTests {
    private let heartbeat = Job.collect(.of("system-heartbeat"))

    @Test("is made in each boot, also where the power comes back in the same hour; a restart alone makes none")
    func eachBoot() throws {
        let rules = try School(try MadeSchool().settings).jobRules.filter { $0.job == heartbeat }
        var schedule = Schedule(rules, records: [:], zone: .india)
        // 12:10 in India, two hours after the machine's start.
        var clock = ClockReading.made(bootSeconds: 7200, seconds: 1_795_502_400)
        schedule.begin(heartbeat, clock)
        schedule.end(heartbeat, .done, clock)
        #expect(Schedule(rules, records: schedule.records, zone: .india).due(clock) == [])
        clock.bootID = "the next"
        clock.bootSeconds = 300
        clock.now.seconds += 600
        #expect(Schedule(rules, records: schedule.records, zone: .india).due(clock) == [heartbeat])
    }

    @Test("is one a day where a person says so, however often the power goes")
    func daily() throws {
        var settings = try MadeSchool().settings
        settings.datasets[.of("system-heartbeat")] = DatasetSettings(schedule: .daily)
        #expect(try School(settings).jobRules.allSatisfy { !$0.isOfEachBoot })
    }
}
