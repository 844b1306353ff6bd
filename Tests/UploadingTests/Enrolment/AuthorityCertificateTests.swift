import Content
import Foundation
import SwiftASN1
import Testing

@testable import Uploading

struct AuthorityCertificateTests {
    @Test func `the key's fingerprint is what X509 finds`() throws {
        let authority = try TestAuthority()
        let found = AuthorityCertificate.certificates(in: authority.pem)
        #expect(found.map(\.fingerprint) == [try authority.fingerprint])
        let pem = try authority.certificate.serializeAsPEM().pemString
        #expect(found.map { String(decoding: $0.pem, as: UTF8.self) } == [pem + "\n"])
    }

    @Test func `of several certificates the one that the code names is taken`() throws {
        let (wrong, right) = (try TestAuthority(), try TestAuthority())
        let answer = Array("some words\r\n".utf8) + wrong.pem + Array("\n".utf8) + right.pem
        let found = AuthorityCertificate.find(in: answer, fingerprint: try right.fingerprint)
        #expect(found == AuthorityCertificate.certificates(in: right.pem).first)
        #expect(AuthorityCertificate.find(in: wrong.pem, fingerprint: try right.fingerprint) == nil)
    }

    @Test func `a certificate of the first version, which names none, is read too`() {
        // SEQUENCE { SEQUENCE { serial 1, {}, {}, {}, {}, key { NULL } } }, as version 1 has it (RFC 5280, 4.1).
        let key: [UInt8] = [0x30, 0x02, 0x05, 0x00]
        let fields: [UInt8] = [0x02, 0x01, 0x01] + Array(repeating: [0x30, 0x00], count: 4).flatMap { $0 } + key
        let signed = [0x30, UInt8(fields.count)] + fields
        #expect(subjectPublicKeyInfo(of: [0x30, UInt8(signed.count)] + signed).map { Array($0) } == key)
    }

    @Test func `no cut of a certificate is taken for one, nor read beyond its end`() throws {
        let der = try DERBytes(TestAuthority())
        for length in 0..<der.count { #expect(subjectPublicKeyInfo(of: Array(der[..<length])) == nil) }
        #expect(subjectPublicKeyInfo(of: der + [0]) == nil)
    }

    @Test func `no changed byte makes the reader fail`() throws {
        let der = try DERBytes(TestAuthority())
        for index in der.indices {
            for value: UInt8 in [0x00, 0x80, 0x84, 0xff] {
                var changed = der
                changed[index] = value
                // Whatever it finds lies inside the certificate.
                #expect((subjectPublicKeyInfo(of: changed)?.count ?? 0) < der.count)
            }
        }
    }

    @Test(
        arguments: [
            [0x30, 0x80, 0x00, 0x00],  // the indefinite length of BER
            [0x30, 0x81, 0x05, 0, 0, 0, 0, 0],  // a long form that is not the shortest
            [0x30, 0x84, 0x00, 0x00, 0x00, 0x01, 0x00],  // four bytes of length
            [0x3f, 0x81, 0x01, 0x00],  // a tag of several bytes
            [0x30, 0x05, 0x00],  // longer than what is there
            [0x30],
            [],
        ] as [[UInt8]])
    func `what DER forbids is no element`(bytes: [UInt8]) {
        var reader = DERReader(bytes[...])
        #expect(reader.next() == nil)
    }

    @Test func `text without a certificate gives none`() throws {
        #expect(AuthorityCertificate.certificates(in: Array("<html>captive portal</html>".utf8)).isEmpty)
        #expect(AuthorityCertificate.certificates(in: []).isEmpty)
        let pem = try TestAuthority().pem
        #expect(AuthorityCertificate.certificates(in: Array(pem.dropLast(30))).isEmpty)
        let huge = [UInt8](repeating: 0x0a, count: AuthorityCertificate.largestAnswer)
        #expect(AuthorityCertificate.certificates(in: huge + pem).isEmpty)
    }

    private func DERBytes(_ authority: TestAuthority) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(authority.certificate)
        return serializer.serializedBytes
    }
}
