import Content

/// One frame on its way in. Bytes are spooled to disk, so that a cut connection costs none of them; they are not
/// fsynced, the frame's hash proves them at the end.
///
/// Used from one task at a time.
public final class FrameUpload: Sendable {
    /// How many bytes the spool has.
    public var offset: UInt64 { 0 }

    /// - Throws: `StoreError`: `tooLarge`, `storeFull`, or `superseded` when another connection took over.
    public func append(_ bytes: UnsafeRawBufferPointer) throws { throw StoreError(.storage, "not yet") }

    /// Verifies the frame and makes its chunks durable; to be answered with 201. After a failure that is permanent the
    /// spool is gone; after another one, `finish` may be called again by a later upload at the same offset.
    public func finish() throws { throw StoreError(.storage, "not yet") }

    /// Lets the spool go and keeps its bytes. Safe to call at any time, and again.
    public func close() {}
}
