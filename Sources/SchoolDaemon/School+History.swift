import Collecting
import LevelTree
import Staging

extension School {
    /// Has collectors know what came of earlier passes, and what is switched off.
    ///
    /// - Parameter staged: the generations that stand now. The record is written at the end of a pass; of this one, only
    ///   staging knows. Where nobody may open it, the record has to do.
    func recall(in context: inout CollectionContext, staged: @escaping @Sendable () -> [Generation] = { [] }) {
        let (files, settings) = (files, settings)
        context.lastComplete = { dataset in
            let newest = Self.newest(staged().filter { $0.dataset == dataset && $0.outcome == .complete })
            return Self.time([CollectionRecord.load(from: files).datasets[dataset.name]?.lastComplete, newest])
        }
        context.lastPublished = { dataset in
            let newest = Self.newest(staged().filter { $0.dataset == dataset })
            return Self.time([CollectionRecord.load(from: files).datasets[dataset.name]?.lastPublished, newest])
        }
        context.firstTried = { dataset in
            Self.time([CollectionRecord.load(from: files).datasets[dataset.name]?.firstTried])
        }
        context.isOff = { !settings.settings(for: $0).isEnabled }
    }

    private static func newest(_ generations: [Generation]) -> Int64? {
        generations.map(\.finishedMilliseconds).max()
    }

    private static func time(_ milliseconds: [Int64?]) -> FileTime? {
        milliseconds.compactMap { $0 }.max().map { FileTime(seconds: $0 / 1000, nanoseconds: 0) }
    }
}
