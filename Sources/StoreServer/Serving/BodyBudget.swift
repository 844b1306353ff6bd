import Synchronization
import Wire

/// Memory for request bodies that are read whole, over all connections. Room for all of a body is set aside before the
/// first byte of it is read, so that what is promised never exceeds what there is; one machine has a few such requests
/// at a time, so that it takes no more than its part.
final class BodyBudget: Sendable {
    private struct State {
        var reserved = 0
        var requests: [InstallationID: Int] = [:]
    }

    private let bytes: Int
    private let requestsPerInstallation: Int
    private let retryAfter: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - bytes: of all bodies together.
    ///   - retryAfter: seconds, as told to who is turned away.
    init(bytes: Int, requestsPerInstallation: Int, retryAfter: Int) {
        self.bytes = bytes
        self.requestsPerInstallation = requestsPerInstallation
        self.retryAfter = retryAfter
    }

    /// Bytes that are set aside now.
    var reserved: Int { state.withLock { $0.reserved } }
    /// Requests that are read or worked on now.
    var requests: Int { state.withLock { $0.requests.values.reduce(0, +) } }

    /// Sets `count` bytes aside until `work` has ended, in whatever way. Throws `Problem` (busy) at once where there is
    /// no room.
    /// - Parameter installation: nil for who has none yet.
    func holding<Result>(
        _ count: Int, for installation: InstallationID?, _ work: () async throws -> Result
    ) async throws -> Result {
        try take(count, installation)
        defer { giveBack(count, installation) }
        return try await work()
    }

    private func take(_ count: Int, _ installation: InstallationID?) throws {
        try state.withLock { state in
            let requests = installation.map { state.requests[$0, default: 0] } ?? 0
            guard requests < requestsPerInstallation else {
                throw busy("\(requests) requests of this machine are on their way already")
            }
            guard count <= bytes - state.reserved else {
                throw busy("The store is reading as many requests as it has room for")
            }
            state.reserved += count
            if let installation { state.requests[installation] = requests + 1 }
        }
    }

    private func giveBack(_ count: Int, _ installation: InstallationID?) {
        state.withLock { state in
            state.reserved -= count
            guard let installation, let requests = state.requests[installation] else { return }
            state.requests[installation] = requests > 1 ? requests - 1 : nil
        }
    }

    private func busy(_ what: String) -> Problem {
        Problem(.busy, "\(what); try again in \(retryAfter) seconds.", retryAfter: retryAfter)
    }
}
