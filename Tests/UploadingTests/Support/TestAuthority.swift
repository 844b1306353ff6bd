import Content
import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate authority for tests, valid as long as the store's own.
struct TestAuthority {
    private let key = P256.Signing.PrivateKey()
    let certificate: Certificate

    init() throws {
        let name = try DistinguishedName { CommonName("test authority") }
        certificate = try TestAuthority.certificate(
            for: .init(key.publicKey), name, issuer: name, key: key,
            Certificate.Extensions { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0)) })
    }

    var pem: [UInt8] { Array(((try? certificate.serializeAsPEM().pemString) ?? "").utf8) }

    /// As X509 sees it; the code under test finds it by its own reading.
    var fingerprint: ChunkID {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(certificate.publicKey)
            return ChunkID(hashing: serializer.serializedBytes)
        }
    }

    /// A server's certificate and key, in PEM.
    func server(host: String = "localhost") throws -> (certificate: String, key: String) {
        let serverKey = P256.Signing.PrivateKey()
        let made = try TestAuthority.certificate(
            for: .init(serverKey.publicKey), DistinguishedName { CommonName("test server") },
            issuer: certificate.subject, key: key,
            Certificate.Extensions { SubjectAlternativeNames([.dnsName(host)]) })
        return (try made.serializeAsPEM().pemString, serverKey.pemRepresentation)
    }

    private static func certificate(
        for publicKey: Certificate.PublicKey, _ subject: DistinguishedName, issuer: DistinguishedName,
        key: P256.Signing.PrivateKey, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
            notValidBefore: Date(timeIntervalSince1970: 0),
            notValidAfter: Date(timeIntervalSince1970: 253_402_300_799),
            issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: .init(key))
    }
}
