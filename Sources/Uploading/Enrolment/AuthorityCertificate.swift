import Content
import FoundationEssentials

/// A certificate of the store's authority, as `GET /v1/ca` hands it out.
///
/// It is believed for one reason only: its key has the fingerprint that the enrolment code carries.
struct AuthorityCertificate: Equatable {
    /// The certificate's PEM block alone, for libcurl.
    let pem: [UInt8]
    /// SHA-256 of the SubjectPublicKeyInfo (RFC 5280, 4.1), DER with its tag and length.
    let fingerprint: ChunkID

    /// Far more than an honest answer: a few certificates of about one kilobyte.
    static let largestAnswer = 64 << 10

    /// The first certificate in `answer` whose key has this fingerprint, or nil.
    static func find(in answer: [UInt8], fingerprint: ChunkID) -> AuthorityCertificate? {
        certificates(in: answer).first { $0.fingerprint == fingerprint }
    }

    /// Every readable certificate in some PEM text (RFC 7468); the rest of the text is passed over.
    static func certificates(in text: [UInt8]) -> [AuthorityCertificate] {
        guard text.count <= largestAnswer else { return [] }
        var result: [AuthorityCertificate] = []
        var block: [ArraySlice<UInt8>]?
        for line in text.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            if line.elementsEqual(begin.utf8) {
                block = []
            } else if line.elementsEqual(end.utf8) {
                if let lines = block, let certificate = AuthorityCertificate(base64Lines: lines) {
                    result.append(certificate)
                }
                block = nil
            } else {
                block?.append(line)
            }
        }
        return result
    }

    private init?(base64Lines lines: [ArraySlice<UInt8>]) {
        let base64 = String(decoding: lines.joined(), as: UTF8.self)
        guard let der = Data(base64Encoded: base64), let key = subjectPublicKeyInfo(of: [UInt8](der)) else {
            return nil
        }
        let body = lines.map { String(decoding: $0, as: UTF8.self) }
        let whole = [AuthorityCertificate.begin] + body + [AuthorityCertificate.end, ""]
        pem = Array(whole.joined(separator: "\n").utf8)
        fingerprint = ChunkID(hashing: Array(key))
    }

    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"
}

/// The SubjectPublicKeyInfo of an X.509 certificate (RFC 5280, 4.1), tag and length included; nil if this is no
/// certificate.
///
///     Certificate    ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }
///     TBSCertificate ::= SEQUENCE { [0] version DEFAULT v1, serialNumber, signature, issuer, validity, subject,
///                                   subjectPublicKeyInfo, … }
func subjectPublicKeyInfo(of der: [UInt8]) -> ArraySlice<UInt8>? {
    let (sequence, integer, version): (UInt8, UInt8, UInt8) = (0x30, 0x02, 0xa0)
    var outer = DERReader(der[...])
    guard let certificate = outer.next(tagged: sequence), outer.rest.isEmpty else { return nil }
    var parts = DERReader(certificate.content)
    guard let signed = parts.next(tagged: sequence) else { return nil }
    var fields = DERReader(signed.content)
    _ = fields.next(tagged: version)
    guard fields.next(tagged: integer) != nil else { return nil }
    // Signature algorithm, issuer, validity, subject.
    for _ in 0..<4 where fields.next(tagged: sequence) == nil { return nil }
    return fields.next(tagged: sequence)?.whole
}
