import Glibc
import LevelTree
import Staging
import Testing

@testable import Collecting

/// The platform's jobs write at their minutes, and power goes at any.
@Suite("CSVs, the archive and the dump that are still in the making")
struct HalfSetsTests {
    static let progress = "gstudio-exported-users-analytics-csvs"
    static let activity = "activity-timestamp-csvs"
    static let qbank = "qbank_data.tar.gz"
    static let now: Int64 = 1_534_413_600

    let site = HalfSetsSite()

    // MARK: Two minutes

    @Test func `a CSV that was changed within two minutes waits, also an empty one; an older one is taken`()
        async throws
    {
        site.write("\(Self.progress)/old.csv", "a,b", age: 120)
        site.write("\(Self.progress)/empty.csv", "", age: 3000)
        site.write("\(Self.progress)/new.csv", "a,b", age: 119)
        site.write("\(Self.progress)/new and empty.csv", "", age: 0)
        let seen = try await site.gather(Self.progress)
        #expect(seen.taken == ["empty.csv", "old.csv"])
        #expect(seen.waiting == ["new and empty.csv", "new.csv"])
        #expect(seen.missed.isEmpty)
    }

    @Test func `an empty CSV is collected and counted`() async throws {
        site.write("\(Self.progress)/empty.csv", "", age: 3000)
        let generation = try #require(try await site.collect(Self.progress).generation)
        #expect(generation.files == 1)
        #expect(generation.outcome == .complete)
    }

    @Test func `a CSV of the future does not wait: the clock was set back`() async throws {
        site.write("\(Self.progress)/a.csv", "a,b", age: -3600)
        #expect(try await site.gather(Self.progress).taken == ["a.csv"])
        // But one that the job has made since the pass began.
        site.write("\(Self.progress)/b.csv", "a,b", age: -1)
        #expect(try await site.gather(Self.progress).waiting == ["b.csv"])
    }

    @Test func `a CSV that comes between the look and the walk waits`() async throws {
        site.write("\(Self.progress)/a.csv", "a,b", age: 3000)
        let gathering = try await site.gathering(Self.progress)
        site.write("\(Self.progress)/b.csv", "a,b", age: 3000)
        #expect(SourceSurvey(of: gathering).skipped.map(\.path) == ["b.csv"])
    }

    @Test func `a key is still left out, and what the configuration leaves out is not waited for`() async throws {
        site.write("\(Self.progress)/a.key", "x", age: 0)
        site.write("\(Self.progress)/a.csv", "x", age: 300)
        let gathering = try await site.gathering(Self.progress, excluding: ["*.csv"])
        #expect(SourceSurvey(of: gathering).skipped.map(\.reason).allSatisfy { $0.contains("holds a key") })
        #expect(site.docker.calls.isEmpty)
    }

    // MARK: The writer

    @Test(arguments: [
        (progress, "/usr/bin/python /home/docker/code/gstudio/gnowsys-ndf/manage.py export_users_analytics"),
        (activity, "python manage.py activity_timestamp green-apple-mz150"),
        (activity, "/bin/sh /home/core/Execute-get_all_users_activity_timestamp_csvs.sh"),
        (qbank, "python single_school_get_MIT_activity_data.py"),
    ])
    func `while the writer runs in the container, all of its run waits`(dataset: String, line: String) async throws {
        site.runs(line)
        let path = { (name: String) in dataset == Self.qbank ? "qbank/\(dataset)" : "\(dataset)/\(name)" }
        site.put(Archive.whole, at: path("of this run.csv"), age: 1499)
        let seen = try await site.gather(dataset)
        #expect(seen.taken.isEmpty)
        #expect(seen.waiting.count == 1)
        #expect(site.docker.calls == ["top gstudio -eo pid,args"])
        // What the hour before has left is none of this run's.
        site.put(Archive.whole, at: path("of this run.csv"), age: 1500)
        #expect(try await site.gather(dataset).taken.count == 1)
    }

    @Test func `another program that runs keeps nothing waiting, nor does a container that cannot be asked`()
        async throws
    {
        site.write("\(Self.progress)/a.csv", "a,b", age: 300)
        site.runs("python manage.py activity_timestamp green-apple-mz150")
        #expect(try await site.gather(Self.progress).taken == ["a.csv"])
        site.docker.folder.write("exit 1", to: "top")
        #expect(try await site.gather(Self.progress).taken == ["a.csv"])
    }

    @Test func `a pass over files that are not new asks the container nothing`() async throws {
        site.runs("python manage.py export_users_analytics activity_timestamp single_school_get_MIT_activity_data")
        site.write("\(Self.progress)/a.csv", "a,b", age: 1500)
        site.write("\(Self.activity)/a.csv", "a,b", age: 1500)
        site.put(Archive.whole, at: "qbank/\(Self.qbank)", age: 1500)
        for dataset in [Self.progress, Self.activity, Self.qbank] {
            #expect(try await site.gather(dataset).taken.count == 1)
            #expect(try await site.gathering(dataset).memory == nil)
        }
        #expect(site.docker.calls.isEmpty)
    }

    @Test func `what a run of ours has just made is whole, and does not wait`() async throws {
        site.write("\(Self.progress)/a.csv", "a,b", age: 0)
        let survey = SourceSurvey(of: try await site.gathering(Self.progress, isSettled: true))
        #expect(survey.files == 1)
        #expect(survey.skipped.isEmpty)
        #expect(site.docker.calls.isEmpty)
    }

    // MARK: 25 minutes

    @Test func `a CSV that keeps growing is taken after 25 minutes, and then waits anew`() async throws {
        site.write("\(Self.progress)/a.csv", "a", age: 0)
        guard case .waiting = try await site.collect(Self.progress).ending else {
            Issue.record("it did not wait")
            return
        }
        for seconds: Int64 in [600, 1499] {
            site.write("\(Self.progress)/a.csv", "a\(seconds)", age: -seconds)
            #expect(try await site.collect(Self.progress, later: seconds).generation == nil)
        }
        site.write("\(Self.progress)/a.csv", "a 1500", age: -1500)
        #expect(try await site.collect(Self.progress, later: 1500).generation?.files == 1)
        #expect(site.staged(Self.progress, "a.csv") == "a 1500")
        site.write("\(Self.progress)/a.csv", "a 1560", age: -1560)
        #expect(try await site.collect(Self.progress, later: 1560).skipped.map(\.path) == ["a.csv"])
        #expect(site.staged(Self.progress, "a.csv") == "a 1500")
    }

    @Test func `a writer that never ends keeps nothing waiting for more than 25 minutes`() async throws {
        site.runs("python manage.py export_users_analytics")
        site.write("\(Self.progress)/a.csv", "a", age: 60)
        #expect(try await site.collect(Self.progress).generation == nil)
        site.write("\(Self.progress)/a.csv", "ab", age: -1400)
        #expect(try await site.collect(Self.progress, later: 1500).generation?.files == 1)
    }

    @Test(arguments: [true, false])
    func `what began to wait later than now is taken: the clock was set back`(isTrusted: Bool) async throws {
        site.write("\(Self.progress)/a.csv", "a", age: 0)
        #expect(try await site.collect(Self.progress, isTrusted: isTrusted).generation == nil)
        site.write("\(Self.progress)/a.csv", "ab", age: 3600)
        #expect(try await site.collect(Self.progress, later: -3600, isTrusted: isTrusted).generation?.files == 1)
    }

    // MARK: The archive

    @Test func `the archive waits while it is new, and the last one stands`() async throws {
        site.put(Archive.whole, at: "qbank/\(Self.qbank)", age: 3000)
        let first = try #require(try await site.collect(Self.qbank).generation)
        site.put(Archive.Spoiled.cut.bytes, at: "qbank/\(Self.qbank)", age: 0)
        let result = try await site.collect(Self.qbank)
        #expect(result.generation == first)
        #expect(result.outcome == .complete)
        #expect(result.skipped.map(\.path) == [Self.qbank])
    }

    @Test(arguments: Archive.Spoiled.allCases)
    func `an archive that is not whole never takes the last good one's place`(_ archive: Archive.Spoiled) async throws {
        site.put(Archive.whole, at: "qbank/\(Self.qbank)", age: 9000)
        #expect(try await site.collect(Self.qbank).generation?.outcome == .complete)
        site.put(archive.bytes, at: "qbank/\(Self.qbank)", age: 3000)
        let result = try await site.collect(Self.qbank)
        #expect(result.generation?.outcome == .partial)
        #expect(result.shortfalls.map(\.reason) == ["\(archive.fault), as after a power cut"])
        #expect(site.stagedBytes(Self.qbank) == Archive.whole)
    }

    @Test func `the archive is looked into where it is staged, and not when it is declared`()
        async throws
    {
        site.put(Archive.Spoiled.cut.bytes, at: "qbank/\(Self.qbank)", age: 3000)
        #expect(try await site.gather(Self.qbank).taken == [Self.qbank])
        #expect(try await site.collect(Self.qbank).figures.filesRead == 1)
        site.put(Archive.whole, at: "qbank/\(Self.qbank)", age: 2000)
        #expect(try await site.collect(Self.qbank).generation?.outcome == .complete)
        #expect(site.stagedBytes(Self.qbank) == Archive.whole)
    }

    // MARK: The platform's own dump

    @Test func `the platform's dump waits while it is new, and is then judged by its trailer`() async throws {
        let name = "pg_dump_all.sql"
        site.docker.folder.write("x", to: "stopped")
        site.write("postgres-dump/\(name)", "-- PostgreSQL database cluster dump complete\n", age: 60)
        #expect(try await site.gather("postgres-dump").waiting == [name])
        site.write("postgres-dump/\(name)", "-- half", age: 119)
        #expect(try await site.gather("postgres-dump").waiting == [name])
        site.write("postgres-dump/\(name)", "-- half", age: 120)
        #expect(try await site.gather("postgres-dump").missed == [name])
        site.write("postgres-dump/\(name)", "-- PostgreSQL database cluster dump complete\n", age: 120)
        #expect(try await site.gather("postgres-dump").taken == [name])
    }
}
