/// What a run heeds beside the store and the link: whether it may go on, and that what travels is counted.
public struct TransferManners: Sendable {
    /// Asked before each request, told whether it is the greeting; nil: it may go. Ends the run otherwise, with all kept.
    public var refusal: @Sendable (_ isGreeting: Bool) -> UploadError?
    /// Told after each request what travelled since the last time, in both directions, in bytes.
    public var travelled: @Sendable (UInt64) -> Void

    public init(
        refusal: @escaping @Sendable (_ isGreeting: Bool) -> UploadError? = { _ in nil },
        travelled: @escaping @Sendable (UInt64) -> Void = { _ in }
    ) {
        self.refusal = refusal
        self.travelled = travelled
    }
}
