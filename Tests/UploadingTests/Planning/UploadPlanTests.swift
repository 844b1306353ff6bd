import LevelTree
import Staging
import Testing

@testable import Uploading

struct UploadPlanTests {
    private func generation(_ name: String, _ year: Int = 2018, _ sequence: UInt64) throws -> Generation {
        Generation(
            sequence: sequence, dataset: try #require(Dataset(name: name)), year: try Year(year), outcome: .complete,
            files: 1, bytes: 10, startedMilliseconds: 0, finishedMilliseconds: 0, isClockTrusted: true)
    }

    @Test func `the heartbeat goes first and media last, whatever was collected first`() throws {
        let pending = [
            try generation("media", 1), try generation("db", 2), try generation("system-heartbeat", 3),
        ]
        #expect(UploadPlan.order(pending, wanted: nil).map(\.sequence) == [3, 2, 1])
    }

    @Test func `of one dataset the earlier year and the earlier generation go first`() throws {
        let pending = [try generation("db", 2019, 3), try generation("db", 2018, 5), try generation("db", 2018, 4)]
        #expect(UploadPlan.order(pending, wanted: nil).map(\.sequence) == [4, 5, 3])
    }

    @Test func `configuration may move a dataset`() throws {
        let pending = [try generation("db", 1), try generation("media", 2)]
        let order = UploadPlan.order(pending, wanted: nil, priority: { $0.name == "media" ? 1 : $0.priority })
        #expect(order.map(\.sequence) == [2, 1])
    }

    @Test func `only the wanted datasets are sent`() throws {
        let pending = [try generation("db", 1), try generation("media", 2)]
        #expect(UploadPlan.order(pending, wanted: [pending[1].dataset]).map(\.sequence) == [2])
    }

    @Test func `what follows a failed generation of its dataset and year waits, the others do not`() throws {
        let pending = [try generation("db", 2018, 1), try generation("db", 2018, 2), try generation("db", 2019, 3)]
        let failed: Set = [DatasetYear(pending[0])]
        #expect(UploadPlan.order(pending, wanted: nil, failed: failed).map(\.sequence) == [3])
    }

    @Test func `a large dataset steps aside for a more urgent one, and only for that`() throws {
        let (media, heartbeat) = (try generation("media", 1), try generation("system-heartbeat", 2))
        #expect(UploadPlan.stepsAside(media, for: heartbeat))
        #expect(!UploadPlan.stepsAside(heartbeat, for: media))
        #expect(!UploadPlan.stepsAside(media, for: try generation("media", 3)))
        #expect(!UploadPlan.stepsAside(media, for: media))
        #expect(!UploadPlan.stepsAside(media, for: nil))
    }

    private func generation(_ name: String, _ sequence: UInt64) throws -> Generation {
        try generation(name, 2018, sequence)
    }
}
