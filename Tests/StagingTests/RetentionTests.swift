import LevelTree
import Testing

@testable import Staging

@Suite("Let go is")
struct RetentionTests {
    private func row(
        _ sequence: UInt64, _ dataset: Dataset = .mirror, year: Int = 2018, _ outcome: Outcome = .complete,
        _ state: Generation.State = .pending, isCurrent: Bool = false, sourceIsPartial: Bool = false,
        mustBeSent: Bool = false
    ) throws -> GenerationRow {
        var row = GenerationRow(
            generation: Generation(
                sequence: sequence, dataset: dataset, year: try Year(year), outcome: outcome, files: 1, bytes: 1,
                startedMilliseconds: 0, finishedMilliseconds: 0, isClockTrusted: true,
                sourceIsPartial: sourceIsPartial, state: state),
            origins: [], contentInode: sequence, treePath: [], isCurrent: isCurrent)
        row.mustBeSent = mustBeSent
        return row
    }

    @Test func `an unsent mirror generation that a complete one replaces`() throws {
        let rows = [try row(1), try row(2, .mirror, .partial), try row(3, isCurrent: true)]
        #expect(Retention.released(of: rows, inDoubt: []) == [1, 2])
    }

    @Test func `not an unsent mirror generation when only partial ones followed`() throws {
        let rows = [try row(1), try row(2, .mirror, .partial), try row(3, .mirror, .partial, isCurrent: true)]
        #expect(Retention.released(of: rows, inDoubt: []).isEmpty)
    }

    @Test func `a partial one where the source never gives another`() throws {
        let rows = [
            try row(1, .mirror, .partial, sourceIsPartial: true),
            try row(2, .mirror, .partial, isCurrent: true, sourceIsPartial: true),
        ]
        #expect(Retention.released(of: rows, inDoubt: []) == [1])
    }

    @Test func `a set taken by reference that moved on`() throws {
        let rows = [try row(1, .byReference), try row(2, .byReference, .partial, isCurrent: true)]
        #expect(Retention.released(of: rows, inDoubt: []) == [1])
    }

    @Test func `not what is in doubt`() throws {
        let rows = [try row(1), try row(2), try row(3, isCurrent: true)]
        #expect(Retention.released(of: rows, inDoubt: [1]) == [2])
    }

    @Test func `an acknowledged one after the next receipt, not before`() throws {
        let before = [try row(1, .mirror, .complete, .acknowledged), try row(2, isCurrent: true)]
        #expect(Retention.released(of: before, inDoubt: []).isEmpty)
        let after = [
            try row(1, .mirror, .complete, .acknowledged),
            try row(2, .mirror, .complete, .acknowledged, isCurrent: true),
        ]
        #expect(Retention.released(of: after, inDoubt: []) == [1])
    }

    @Test func `an accumulating one that the next carries forward, not one that it rewrote`() throws {
        let rows = [
            try row(1, .accumulating, mustBeSent: true), try row(2, .accumulating),
            try row(3, .accumulating, isCurrent: true),
        ]
        #expect(Retention.released(of: rows, inDoubt: []) == [2])
    }

    @Test func `a year that is over, once its last generation is acknowledged`() throws {
        let old = try row(1, .accumulating, year: 2018, isCurrent: true)
        let new = try row(2, .accumulating, year: 2019, isCurrent: true)
        #expect(Retention.released(of: [old, new], inDoubt: []).isEmpty)
        let sent = try row(1, .accumulating, year: 2018, .complete, .acknowledged, isCurrent: true)
        #expect(Retention.released(of: [sent, new], inDoubt: []) == [1])
        #expect(Retention.released(of: [sent], inDoubt: []).isEmpty)
        let unsent = try row(3, .accumulating, year: 2018, mustBeSent: true)
        #expect(Retention.released(of: [sent, unsent, new], inDoubt: []).isEmpty)
    }

    @Test func `where room is scarce, only what is kept as a base`() throws {
        let (sent, open) = (Generation.State.acknowledged, Generation.State.pending)
        let rows = [
            try row(1, .mirror, .complete, sent), try row(2, .mirror, .complete, open),
            try row(3, .mirror, .complete, open, isCurrent: true), try row(4, .accumulating, .complete, sent),
            try row(5, .accumulating, .complete, sent, isCurrent: true), try row(6, .settings, .complete, sent),
            try row(7, .settings, .complete, open, isCurrent: true),
        ]
        #expect(Retention.bases(of: rows).map(\.sequence) == [1, 4, 6])
        var held = try row(8, .settings, isCurrent: true)
        held.generation = Generation(
            sequence: 8, dataset: .settings, year: try Year(2019), outcome: .complete, files: 1, bytes: 1,
            startedMilliseconds: 0, finishedMilliseconds: 0, isClockTrusted: false,
            held: HeldMoment(bootID: "a boot", bootSeconds: 1))
        #expect(Retention.bases(of: rows + [held]).map(\.sequence) == [1, 4], "it may have to stand again")
    }

    @Test func `of bases the largest first, no more than is needed, and none that frees nothing`() {
        let bases: [(sequence: UInt64, bytes: UInt64)] = [(1, 100), (2, 0), (3, 900), (4, 300), (5, 300)]
        func thinned(_ needed: UInt64) -> [UInt64] { Retention.thinned(bases, freeing: needed) }
        #expect(thinned(1) == [3])
        #expect(thinned(900) == [3])
        #expect(thinned(901) == [3, 4])
        #expect(thinned(1300) == [3, 4, 5])
        #expect(thinned(1600) == [3, 4, 5, 1])
        #expect(thinned(1601).isEmpty, "it would be for nothing")
        #expect(thinned(0).isEmpty)
    }
}
