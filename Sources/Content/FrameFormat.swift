/// The bytes of a frame: what travels and what resumes. All numbers are little endian.
///
/// ```
/// "CLXF" version:u8 (1)
/// chunk count:u32  length:u32[count]
/// base count:u32   base id[count] (32 bytes each), in the order of concatenation
/// one zstd frame: the chunks' concatenation, compressed with the base's concatenation as prefix, if there is a base
/// ```
///
/// Ids of the chunks are not sent; whoever receives a frame computes them.
public struct FrameHeader: Hashable, Sendable {
    static let magic = Array("CLXF".utf8)
    static let version: UInt8 = 1

    public var chunkLengths: [Int]
    public var base: [ChunkID]

    public init(chunkLengths: [Int], base: [ChunkID] = []) {
        self.chunkLengths = chunkLengths
        self.base = base
    }

    func encoded() -> [UInt8] {
        var bytes = FrameHeader.magic + [FrameHeader.version]
        bytes.append(littleEndian: UInt32(chunkLengths.count))
        for length in chunkLengths { bytes.append(littleEndian: UInt32(length)) }
        bytes.append(littleEndian: UInt32(base.count))
        for id in base { id.append(to: &bytes) }
        return bytes
    }

    /// Reads the header at the start of a frame, and says where the zstd frame begins.
    static func decode(
        _ body: UnsafeRawBufferPointer, _ limits: FrameLimits
    ) throws(ContentProblem) -> (header: FrameHeader, payloadStart: Int) {
        // A header within the limits is small; the copy keeps the reader simple.
        let longest = 13 + limits.maxChunks * 4 + limits.maxBaseChunks * ChunkID.byteCount
        var reader = ByteReader(Array(body.prefix(longest))[...])
        guard let start = reader.bytes(4), start.elementsEqual(magic), reader.byte() == version else {
            throw ContentProblem(.malformedFrame, "the frame does not begin as one of version 1")
        }
        guard let count = reader.number(UInt32.self), count > 0 else {
            throw ContentProblem(.malformedFrame, "the frame is cut short in its header, or tells of no chunk")
        }
        guard count <= UInt32(limits.maxChunks) else {
            throw ContentProblem(.tooLarge, "the frame tells of more than \(limits.maxChunks) chunks")
        }
        var lengths: [Int] = []
        for _ in 0..<count {
            guard let length = reader.number(UInt32.self), length > 0, length <= UInt32(ContentClass.bulk.maximum)
            else {
                throw ContentProblem(.malformedFrame, "the frame has a chunk of a length that no chunk can have")
            }
            lengths.append(Int(length))
        }
        guard let baseCount = reader.number(UInt32.self) else {
            throw ContentProblem(.malformedFrame, "the frame is cut short in its header")
        }
        guard baseCount <= UInt32(limits.maxBaseChunks) else {
            throw ContentProblem(.tooLarge, "the frame names more than \(limits.maxBaseChunks) base chunks")
        }
        var base: [ChunkID] = []
        for _ in 0..<baseCount {
            guard let id = reader.bytes(ChunkID.byteCount) else {
                throw ContentProblem(.malformedFrame, "the frame is cut short in its header")
            }
            base.append(try ChunkID(bytes: Array(id)))
        }
        return (FrameHeader(chunkLengths: lengths, base: base), reader.position)
    }
}

/// What a frame may have at most. The store names them in `hello`; these are the wire's own.
public struct FrameLimits: Hashable, Sendable {
    /// Bytes of a whole frame.
    public var maxBody: Int
    /// Bytes of all chunks together, and of one base.
    public var maxContent: Int
    public var maxBase: Int
    public var maxChunks: Int
    public var maxBaseChunks: Int
    /// Of the zstd window.
    public var maxWindowLog: Int32

    /// Raw bytes after which a school's frame is full, where the store takes so many; a single larger chunk goes alone.
    public static let usualContent = 1 << 20

    public static let wire = FrameLimits(
        maxBody: (8 << 20) + (512 << 10), maxContent: 8 << 20, maxBase: 8 << 20, maxChunks: 8192, maxBaseChunks: 8192,
        maxWindowLog: 24)
}
