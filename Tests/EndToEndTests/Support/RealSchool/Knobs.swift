import Foundation

/// What makes the stand-ins in the container fail as the real programs fail: files that they look at, see
/// `scripts/real_school/image/usr/local/lib/clix-fixture/knobs.py`. They can be turned while the container stands still.
struct Knobs {
    let folder: String

    /// Turns a knob: `turn("cut", of: "mongodump/gstudio-mongodb.Nodes", to: "5000")`.
    func turn(_ knob: String, of program: String, to text: String = "") throws {
        let place = "\(folder)/\(program)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try Data("\(text)\n".utf8).write(to: URL(fileURLWithPath: "\(place)/\(knob)"), options: .atomic)
    }

    /// Turns it back; a program that was held there goes on.
    func release(_ knob: String, of program: String) throws {
        try FileManager.default.removeItem(atPath: "\(folder)/\(program)/\(knob)")
    }

    /// Waits until a program stands at its `hold`.
    func waitUntilHeld(_ program: String, within seconds: Double = 60) throws {
        let holding = "\(folder)/\(program)/holding"
        try ChildProcess.run(
            "bash", ["-c", "until [ -e \"$0\" ]; do sleep 0.02; done", holding], within: seconds
        ).ended(with: 0)
    }
}
