/// A request, and who waits for its answer.
struct Call: Sendable, Identifiable {
    let request: SchoolRequest
    let caller: Caller

    var id: ObjectIdentifier { ObjectIdentifier(caller) }

    /// Does it, and tells the caller how it ended.
    func answer(on school: School) async -> RequestOutcome {
        var outcome = await request.carryOut(on: school, telling: caller)
        // The caller leaves once it has the last word, which then gives up nothing.
        outcome.isGivenUp = Task.isCancelled
        caller.finish(outcome.status)
        return outcome
    }
}

/// What the daemon hears over its socket.
enum CallerEvent: Sendable {
    case asked(Call)
    /// Nobody waits for the answer any more: a person pressed Ctrl-C, or the answer has been given.
    case left(Call.ID)
    /// Nobody can be heard for now, and why, as a sentence.
    case deaf(String)
}
