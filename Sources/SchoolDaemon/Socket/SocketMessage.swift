import Collecting
import LevelTree
import Settings
import Wire

/// What passes over the daemon's socket: one line of JSON to ask, lines of JSON to answer, then the end of the
/// connection.
enum SocketMessage {
    /// Of both sides. A request of another version is answered by a sentence.
    static let version = 1
    /// In bytes; the names of all datasets fit many times.
    static let requestLimit = 16 << 10
    /// In bytes; the longest sentence fits many times.
    static let answerLimit = 1 << 20

    enum Answer: Codable, Sendable, Hashable {
        case begin(title: String)
        case progress(files: Int, bytes: UInt64, totalFiles: Int?, totalBytes: UInt64?)
        case ended(sentence: String?)
        case say(String)
        case detail(String)
        case warn(String)
        case out(String)
        /// The last one: the command ends with this exit code.
        case end(status: Int32)
    }

    /// Why a line is no request that can be done, as a sentence without anything from the line: it may hold a code.
    struct Problem: Error, Hashable { let sentence: String }

    static func line(_ message: some Encodable) throws -> [UInt8] { try WireCoding.encode(message) + [0x0A] }

    /// - Returns: the request as it travels, without the newline.
    static func request(_ request: SchoolRequest, isVerbose: Bool) -> TravellingRequest {
        var travelling = TravellingRequest(version: version, ask: "", verbose: isVerbose)
        switch request {
        case .collect(let datasets): (travelling.ask, travelling.datasets) = ("collect", datasets?.map(\.name))
        case .upload(let datasets): (travelling.ask, travelling.datasets) = ("upload", datasets?.map(\.name))
        case .runScript(let script, let user):
            (travelling.ask, travelling.script, travelling.user) = ("run-script", script.name, user?.name)
        case .enroll(let code, let store, let configuration):
            (travelling.ask, travelling.code, travelling.store) = ("enroll", code.text, store)
            travelling.configuration = configuration
        }
        return travelling
    }

    static func parse(_ line: [UInt8]) throws(Problem) -> (request: SchoolRequest, isVerbose: Bool) {
        guard let version = try? WireCoding.decode(VersionOnly.self, from: line).version else {
            throw Problem(sentence: "the service was asked for something, but not by a clix-collectd")
        }
        guard version == Self.version, let travelling = try? WireCoding.decode(TravellingRequest.self, from: line),
            let request = travelling.request
        else {
            throw Problem(
                sentence: "the running service is another version of clix-collectd than this command, and does not "
                    + "understand it: systemctl restart clix-collectd, and run this again")
        }
        return (request, travelling.verbose)
    }

    private struct VersionOnly: Decodable { let version: Int }
}

/// A request as JSON has it.
struct TravellingRequest: Codable, Sendable, Hashable {
    var version: Int
    /// The command's name.
    var ask: String
    var verbose: Bool
    var datasets: [String]?
    var script: String?
    var user: String?
    var code: String?
    var store: String?
    var configuration: String?

    /// Nil for what this version does not know.
    fileprivate var request: SchoolRequest? {
        switch ask {
        case "collect": named.map { .collect($0) }
        case "upload": named.map { .upload($0) }
        case "run-script":
            script.flatMap(DerivedScript.init(rawValue:)).flatMap { script in
                guard let user else { return .runScript(script, user: nil) }
                guard script == .activityTimestamps else { return nil }
                return (try? PlatformUser(user)).map { .runScript(script, user: $0) }
            }
        case "enroll":
            code.flatMap { try? EnrolmentCode(parsing: $0) }
                .map { .enroll($0, store: store, configuration: configuration) }
        default: nil
        }
    }

    /// The datasets that are named: nil where one of them is unknown, and within that nil for all.
    private var named: [Dataset]?? {
        guard let datasets else { return .some(nil) }
        let known = datasets.compactMap(Dataset.init(name:))
        return known.count == datasets.count ? .some(known) : nil
    }
}
