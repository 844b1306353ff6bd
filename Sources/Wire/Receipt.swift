import Content
import Crypto
import LevelTree

/// The store's proof of a commit. Only a receipt lets a school release anything.
public struct Receipt: Codable, Hashable, Sendable {
    public var installation: InstallationID
    public var dataset: Dataset
    public var year: Year
    public var sequence: UInt64
    /// `CommitRequest.manifestID`.
    public var manifest: ChunkID
    public var snapshot: SnapshotID
    /// When the store had it, in milliseconds since 1970 by its clock.
    public var received: Int64
    /// Ed25519 over `signedBytes`, base64.
    public var signature: String

    /// Signs a receipt.
    public init(
        installation: InstallationID, dataset: Dataset, year: Year, sequence: UInt64, manifest: ChunkID,
        snapshot: SnapshotID, received: Int64, key: Curve25519.Signing.PrivateKey
    ) throws {
        self.installation = installation
        self.dataset = dataset
        self.year = year
        self.sequence = sequence
        self.manifest = manifest
        self.snapshot = snapshot
        self.received = received
        signature = ""
        signature = WireCoding.base64([UInt8](try key.signature(for: signedBytes)))
    }

    /// Whether the store with this receipt key signed it.
    public func isSigned(by key: Curve25519.Signing.PublicKey) -> Bool {
        guard let signature = WireCoding.bytes(fromBase64: signature) else { return false }
        return key.isValidSignature(signature, for: signedBytes)
    }

    /// Whether it is the answer to this very request.
    public func answers(_ request: CommitRequest, of installation: InstallationID) -> Bool {
        guard let snapshot = try? request.snapshotID(of: installation) else { return false }
        return self.installation == installation && dataset == request.dataset && year == request.year
            && sequence == request.sequence && manifest == request.manifestID && self.snapshot == snapshot
    }

    /// Lines, each a field, so that a receipt can be checked with common tools.
    public var signedBytes: [UInt8] {
        let lines = [
            "clix-receipt-1", installation.text, dataset.name, year.description, String(sequence), manifest.hex,
            snapshot.hex, String(received),
        ]
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
}
