/// The parts of a zone file (RFC 9636, "TZif") that tell the offset at a time.
enum ZoneFile {
    /// Nil for a damaged file, for one of the first version (32 bits; not made since 2005), and for a zone whose last
    /// line says that clocks go on changing every year: no Indian zone does, and a rule that is never used rots.
    static func parse(_ bytes: [UInt8], name: String) -> SchoolTimeZone? {
        var reader = Reader(bytes: bytes)
        // The first part is the old form, kept for old readers; what counts stands in the second.
        guard let old = Header(&reader), old.version >= UInt8(ascii: "2"), reader.skip(old.length(timeSize: 4)),
            let header = Header(&reader), header.types > 0
        else { return nil }
        var transitions: [Int64] = []
        for _ in 0..<header.transitions {
            guard let time = reader.integer(8) else { return nil }
            transitions.append(time)
        }
        guard let indices = reader.take(header.transitions) else { return nil }
        var types: [(offset: Int, name: Int)] = []
        for _ in 0..<header.types {
            guard let offset = reader.integer(4), reader.skip(1), let name = reader.integer(1) else { return nil }
            types.append((Int(offset), Int(UInt8(truncatingIfNeeded: name))))
        }
        guard let names = reader.take(header.characters), indices.allSatisfy({ Int($0) < types.count }),
            reader.skip(header.leaps * 12 + header.standard + header.universal), !changesForever(reader.rest),
            transitions == transitions.sorted()
        else { return nil }
        let periods = types.map { type in
            let text = names.dropFirst(type.name).prefix { $0 != 0 }
            return SchoolTimeZone.Period(offset: type.offset, abbreviation: String(decoding: text, as: UTF8.self))
        }
        return SchoolTimeZone(
            name: name, transitions: transitions, periods: [periods[0]] + indices.map { periods[Int($0)] })
    }

    /// The last line, between newlines, is a POSIX TZ text; one with a comma has a yearly rule.
    private static func changesForever(_ footer: ArraySlice<UInt8>) -> Bool { footer.contains(UInt8(ascii: ",")) }

    private struct Header {
        var version: UInt8
        var universal: Int, standard: Int, leaps: Int, transitions: Int, types: Int, characters: Int

        init?(_ reader: inout Reader) {
            guard reader.take(4).map(Array.init) == Array("TZif".utf8), let version = reader.take(1)?.first,
                reader.skip(15)
            else { return nil }
            var counts: [Int] = []
            for _ in 0..<6 {
                guard let count = reader.integer(4), (0...100_000).contains(count) else { return nil }
                counts.append(Int(count))
            }
            self.version = version
            (universal, standard, leaps) = (counts[0], counts[1], counts[2])
            (transitions, types, characters) = (counts[3], counts[4], counts[5])
        }

        func length(timeSize: Int) -> Int {
            transitions * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standard + universal
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var rest: ArraySlice<UInt8> { bytes[position...] }

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= bytes.count - position else { return nil }
            defer { position += count }
            return bytes[position..<position + count]
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        /// A signed big-endian number.
        mutating func integer(_ size: Int) -> Int64? {
            guard let taken = take(size), let first = taken.first else { return nil }
            return taken.dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
        }
    }
}
