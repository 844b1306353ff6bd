import LevelTree

extension Collection {
    /// What the first look at the sources says.
    struct Judgement {
        /// The pass ends here.
        var ending: CollectionResult.Ending?
        /// An odd sight was seen for the second time: it is how things are.
        var isBelieved = false
    }

    func judge(_ sources: OpenedSources, _ last: GenerationRow?) throws -> Judgement {
        switch dataset.kind {
        case .accumulate:
            // Nothing is lost by what is missing here; but with no source at all there is nothing to say either.
            if !sources.isAnyOpen, let problem = (sources.unreadable + sources.missing).first {
                return Judgement(ending: .failed(reason: problem.message))
            }
            return Judgement()
        case .mirror: return try judgeMirror(sources, last)
        }
    }

    private func judgeMirror(_ sources: OpenedSources, _ last: GenerationRow?) throws -> Judgement {
        if let problem = sources.unreadable.first { return Judgement(ending: .failed(reason: problem.message)) }
        if let problem = sources.missing.first {
            // Only a generation of this year can be emptied; without one there is nothing to make one from.
            guard let last, last.generation.year == year else {
                return Judgement(ending: .failed(reason: problem.message))
            }
            return try hold(.missing, problem.message, last)
        }
        guard let last, last.generation.files > 0, let moved = MirrorGuard.movedFolder(sources.origins, last.origins),
            !last.isDistrusted
        else { return Judgement() }
        let unchanged = try countUnchanged(gathering, try staging.entryList(of: last.sequence))
        guard unchanged < last.generation.files - unchanged else { return Judgement() }
        return try hold(.otherDevice, escapedText(moved.pathBytes), last)
    }

    /// Why the pass holds back at its end, if it does: too much is gone. Where the source is not believed, one file is: the
    /// others may be nothing but missed.
    func lostHalf(_ pass: CollectPass, _ last: GenerationRow?) throws -> String? {
        guard dataset.kind == .mirror, let last,
            disbelief != nil && pass.gone > 0 || MirrorGuard.hasLostHalf(gone: pass.gone, of: last.generation.files)
        else { return nil }
        let detail = "\(pass.gone) of its \(last.generation.files) files since the last generation"
        guard case .held(let reason) = try hold(.lostHalf, detail, last).ending else { return nil }
        return reason
    }

    /// The first time a sight is noted and the pass held back; the second time in a row it is believed. Under disbelief it
    /// never is, but for another device: a disk may be copied to another one, and its files count as before.
    private func hold(_ sight: Sight, _ detail: String, _ last: GenerationRow) throws -> Judgement {
        guard last.generation.files > 0 else { return Judgement(isBelieved: true) }
        if sight != .otherDevice, let disbelief {
            // What was seen before it was doubted counts for nothing once it is believed again.
            try staging.write { try Sightings.record(nil, dataset, year, $0) }
            return Judgement(ending: .held(reason: sight.reason(detail, disbelief: disbelief)))
        }
        let seen = try staging.read { try Sightings.last(dataset, year, $0) }
        if seen == sight.rawValue { return Judgement(isBelieved: true) }
        try staging.write { try Sightings.record(sight.rawValue, dataset, year, $0) }
        return Judgement(ending: .held(reason: sight.reason(detail)))
    }
}

extension CollectionResult {
    /// The result of a pass that ended before it walked.
    init(ending: Ending, sources: OpenedSources, _ gathering: Gathering) {
        let problems = (sources.missing + sources.unreadable).map { Shortfall(path: "", reason: $0.message) }
        self.init(
            ending: ending, figures: CollectionFigures(), shortfalls: gathering.shortfalls + problems,
            skipped: gathering.skipped)
    }

    init(ending: Ending, _ pass: CollectPass) {
        self.init(
            ending: ending, figures: pass.figures, shortfalls: pass.shortfalls.list, skipped: pass.skipped.list)
    }
}
