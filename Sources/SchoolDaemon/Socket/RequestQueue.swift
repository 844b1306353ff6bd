/// What goes on beside one another in the daemon: of each, one at a time.
enum Lane: Hashable, Sendable {
    /// Takes minutes of a disk or of the container.
    case heavy
    case light
    case upload

    init(_ job: Job) { self = job.isHeavy ? .heavy : .light }
}

/// Decides which of the people's requests begin: each waits until its lanes are free, in the order of coming. Pure.
struct RequestQueue<Request: Identifiable & Sendable>: Sendable where Request.ID: Sendable {
    private var waiting: [(request: Request, lanes: Set<Lane>)] = []
    private var running: [(request: Request, lanes: Set<Lane>)] = []

    /// What the daemon's own work stays out of: a person waits for no more than what has begun already.
    var lanes: Set<Lane> { (running + waiting).reduce(into: []) { $0.formUnion($1.lanes) } }

    /// Those that run, and those that wait.
    var all: [Request] { (running + waiting).map(\.request) }

    /// Those that run on any of these lanes.
    func running(on lanes: Set<Lane>) -> [Request] {
        running.filter { !$0.lanes.isDisjoint(with: lanes) }.map(\.request)
    }

    mutating func add(_ request: Request, _ lanes: Set<Lane>) { waiting.append((request, lanes)) }

    /// It has ended.
    mutating func remove(_ id: Request.ID) { running.removeAll { $0.request.id == id } }

    /// Nobody waits for it any more.
    /// - Returns: the request if it runs, and so has to be ended.
    mutating func abandon(_ id: Request.ID) -> Request? {
        waiting.removeAll { $0.request.id == id }
        return running.first { $0.request.id == id }?.request
    }

    /// Those that can begin now; they run from here on.
    /// - Parameter taken: by the daemon's own work.
    mutating func begin(taken: Set<Lane>) -> [Request] {
        var taken = running.reduce(into: taken) { $0.formUnion($1.lanes) }
        let (before, count) = (waiting, running.count)
        waiting = []
        for item in before {
            if taken.isDisjoint(with: item.lanes) { running.append(item) } else { waiting.append(item) }
            // Who came later does not overtake.
            taken.formUnion(item.lanes)
        }
        return running[count...].map(\.request)
    }
}
