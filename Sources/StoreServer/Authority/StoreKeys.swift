import Crypto
import FoundationEssentials

/// The store's two long-lived keys, 32 raw bytes each in base64, in `<data>/keys/`.
public struct StoreKeys: Sendable {
    /// Signs receipts (Ed25519). A school keeps its public half from enrolment on.
    public let receipt: Curve25519.Signing.PrivateKey
    /// Opens bundles that come by USB (X25519, HPKE).
    public let sealing: Curve25519.KeyAgreement.PrivateKey

    static func make(in folder: String) throws -> StoreKeys {
        try PrivateFile.makeFolder(folder, mode: 0o700)
        try write(Curve25519.Signing.PrivateKey().rawRepresentation, to: folder + "/receipt.key")
        try write(Curve25519.KeyAgreement.PrivateKey().rawRepresentation, to: folder + "/sealing.key")
        return try load(from: folder)
    }

    static func load(from folder: String) throws -> StoreKeys {
        let receipt = try read(folder + "/receipt.key")
        let sealing = try read(folder + "/sealing.key")
        return StoreKeys(
            receipt: try Curve25519.Signing.PrivateKey(rawRepresentation: receipt),
            sealing: try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: sealing))
    }

    private static func write(_ key: Data, to path: String) throws {
        try PrivateFile.write(Array((key.base64EncodedString() + "\n").utf8), to: path)
    }

    private static func read(_ path: String) throws -> Data {
        let text = try PrivateFile.read(path).filter { $0 != 0x0A && $0 != 0x0D }
        guard let key = Data(base64Encoded: Data(text)), key.count == 32 else {
            throw StoreServerError(.damagedKeys, "\(path) does not hold one key of 32 bytes in base64.")
        }
        return key
    }
}
