import Content
import Foundation
import Wire

/// A school's conversation with the store by hand, through `curl`, as anyone can hold it who has a token.
struct Curl {
    let store: StoreProcess
    let workspace: Workspace
    var token: Token?

    struct Answer: CustomStringConvertible {
        let status: Int
        /// Names in small letters.
        let headers: [String: String]
        let body: [UInt8]

        var problem: Problem? { try? WireCoding.decode(Problem.self, from: body) }
        var description: String { "\(status) \(headers)\n\(String(decoding: body.prefix(2000), as: UTF8.self))" }

        func decoded<Value: Decodable>(_ type: Value.Type, status wanted: Int) throws -> Value {
            guard status == wanted else { throw ChildProcess.Unexpected(description: "wanted \(wanted): \(self)") }
            return try WireCoding.decode(type, from: body)
        }
    }

    func callAsFunction(
        _ method: String, _ path: String, headers: [String] = [], body: [UInt8]? = nil, authority: String? = nil
    ) throws -> Answer {
        let name = "curl-\(UUID().uuidString)"
        let (head, answer) = (workspace.path("\(name).head"), workspace.path("\(name).answer"))
        defer { for file in [head, answer] { try? FileManager.default.removeItem(atPath: file) } }
        var arguments = ["--silent", "--show-error", "--http1.1", "--max-time", "60", "--noproxy", "*"]
        arguments += ["--cacert", authority ?? store.authority, "-D", head, "-o", answer, "-w", "%{http_code}"]
        arguments += method == "HEAD" ? ["--head"] : ["-X", method]
        for header in headers + ["Expect:"] + (token.map { ["Authorization: Bearer \($0.text)"] } ?? []) {
            arguments += ["-H", header]
        }
        if body != nil { arguments += ["--data-binary", "@-"] }
        let run = try ChildProcess.run(
            "curl", arguments + ["\(store.url)\(path)"], input: body.map { Data($0) }, within: 90
        ).ended(with: 0)
        let lines = try String(contentsOfFile: head, encoding: .utf8).split(whereSeparator: \.isNewline)
        let fields = lines.compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: answer))) ?? Data()
        return Answer(
            status: Int(run.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0,
            headers: Dictionary(fields) { $1 }, body: method == "HEAD" ? [] : [UInt8](bytes))
    }
}
