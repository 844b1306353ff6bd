import Foundation
import Testing

@testable import StoreServer

/// `docs/upload-with-curl.md` is what people are told to type; so it is typed here.
@Suite("The walk-through with curl")
struct WalkThroughTests {
    private static let document: String = {
        let root = #filePath.components(separatedBy: "/Tests/StoreServerTests/")[0]
        return root + "/docs/upload-with-curl.md"
    }()

    /// The lines between the document's bash fences, in their order.
    private static func script() throws -> String {
        var lines: [Substring] = []
        var isScript = false
        for line in try String(contentsOfFile: document, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("```") {
                isScript = line == "```bash"
            } else if isScript {
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test("every line of it works, and the file is in the tree at the end")
    func works() async throws {
        try await LiveStore.serving { store in
            let code = try await store.addSchool()
            let script = try Self.script()
            let folder = try TemporaryFolder()
            let url = "https://127.0.0.1:\(store.port)"
            let head = "set -euo pipefail\ncd '\(folder.path)'\nSTORE='\(url)' CODE='\(code.text)'\n"
            let run = try await aside { try Program.run(["bash", "-s"], input: head + script) }
            #expect(run.status == 0, "\(run.output)\n\(run.errors)")
            for piece in [
                "\"installation\":", "\"heads\":[]", " 03", "upload-offset: 50", "201 Created", "\"signature\":",
                "problems/unauthorized", "problems/malformed", "'year' is missing",
            ] {
                #expect(run.output.lowercased().contains(piece.lowercased()), "\(piece)\n\(run.output)")
            }
            let file = "store/tree/2018/mz/2039150-mz150/gstudio/gstudio-logs/hello.log"
            #expect(try store.folder.read(file) == "hello from curl\n")
        }
    }
}
