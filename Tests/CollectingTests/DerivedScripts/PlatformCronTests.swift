import Settings
import Testing

@testable import Collecting

@Suite("The platform's own cron", .timeLimit(.minutes(3)))
struct PlatformCronTests {
    private static let field = """
        # m h  dom mon dow   command
        05 *  * * * /home/docker/code/scripts/analytics.sh  > /tmp/cron-analytics.log
          # 20 * * * * /usr/bin/python /x/single_school_get_MIT_activity_data.py
        10 *  * * * /home/docker/code/scripts/backup.sh  > /tmp/cron-bkp.log
        """

    @Test("is known by its lines, but not by those that are commented out")
    func lines() {
        #expect(PlatformCron(crontab: Array(Self.field.utf8)).scripts == [.progress])
        #expect(
            PlatformCron(crontab: Array("20 * * * * /usr/bin/python /x/single_school_get_MIT_activity_data.py".utf8))
                .scripts
                == [.assessments])
        #expect(PlatformCron(crontab: []).scripts.isEmpty)
    }

    @Test("is what is in force in the container; the file on the host counts where the container cannot be asked")
    func places() async throws {
        let school = FakeSchool()
        school.root.write(Self.field, to: "home/core/code/confs/mycron")
        func read(_ docker: FakeDocker) async throws -> Set<DerivedScript>? {
            var context = try school.context()
            context.container = docker.container
            return await PlatformCron.read(context)?.scripts
        }
        #expect(try await read(FakeDocker(run: "echo '5 * * * * manage.py export_users_analytics'")) == [.progress])
        #expect(try await read(FakeDocker(run: "echo '# none'")) == [])
        #expect(try await read(FakeDocker(run: "echo 'no crontab for root' >&2; exit 1")) == [])
        let stopped = FakeDocker(inspect: FakeDocker.stopped, run: "exit 1")
        #expect(try await read(stopped) == [.progress])
        school.root.write("", to: "home/core/code/confs/mycron")
        #expect(try await read(stopped) == [])
        // All users' tables are made by the host's cron.
        let hosts = "@reboot /home/core/Execute-get_all_users_activity_timestamp_csvs.sh"
        #expect(
            try await read(
                FakeDocker(run: "case $* in *'cat /home/docker/code/confs/mycron-host') echo '\(hosts)' ;; esac"))
                == [.activityTimestamps], "on installations of 2017 it lies inside")
        school.root.write(hosts, to: "home/core/code/confs/mycron-host")
        #expect(try await read(stopped) == [.activityTimestamps])
        shell("rm '\(school.root.path)/home/core/code/confs/mycron'")
        #expect(try await read(stopped) == nil)
    }
}
