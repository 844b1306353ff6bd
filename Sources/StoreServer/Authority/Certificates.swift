import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// Makes the certificates of the store's own authority.
///
/// They are valid from 1970 to 9999, because a school server's clock may stand decades off, and trust comes from the
/// pinned authority, not from dates. They are as small as can be: every new connection of a school on a slow link
/// pays for the server's certificate. Profile: RFC 5280; 9999-12-31 23:59:59 is its value for "no end" (4.1.2.5).
enum Certificates {
    static func authority(key: P256.Signing.PrivateKey) throws -> Certificate {
        let name = try DistinguishedName { CommonName("clix-store authority") }
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: serialBytes()),
            publicKey: .init(key.publicKey),
            notValidBefore: begin,
            notValidAfter: end,
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: .init(key.publicKey))
            },
            issuerPrivateKey: .init(key))
    }

    static func server(
        key: P256.Signing.PrivateKey,
        hosts: [HostName],
        issuer: Certificate,
        issuerKey: P256.Signing.PrivateKey
    ) throws -> Certificate {
        let names = hosts.map { host -> GeneralName in
            switch host {
            case .dns(let name): .dnsName(name)
            case .address(let bytes, _): .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
            }
        }
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: serialBytes()),
            publicKey: .init(key.publicKey),
            notValidBefore: begin,
            notValidAfter: end,
            issuer: issuer.subject,
            subject: DistinguishedName { CommonName("clix-store") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: issuer.publicKey).keyIdentifier)
            },
            issuerPrivateKey: .init(issuerKey))
    }

    /// SHA-256 of the key's SubjectPublicKeyInfo: what an enrolment code carries and a school pins.
    static func fingerprint(of certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate.publicKey)
        return Array(SHA256.hash(data: serializer.serializedBytes))
    }

    /// 64 random bits, positive: unique within an authority that issues a handful, and short on the wire.
    private static func serialBytes() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        let number = UInt64.random(in: 1 << 62..<1 << 63, using: &random)
        return withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static let begin = Date(timeIntervalSince1970: 0)
    /// 9999-12-31T23:59:59Z
    private static let end = Date(timeIntervalSince1970: 253_402_300_799)
}
