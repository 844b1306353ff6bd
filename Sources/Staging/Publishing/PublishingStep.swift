/// The steps by which a draft becomes the current generation. A crash before any of them, or inside, is repaired when
/// staging is opened again.
///
/// | step | afterwards | after a crash before it |
/// |---|---|---|
/// | make durable | all files of the draft are on the disk | the draft is removed, the last generation stands |
/// | record | the database names the draft current, and what it replaces dropped | the same |
/// | swap | the tree shows the draft | swapped on open |
/// | set aside | the old content is with its own generation | moved, or removed, on open |
/// | release | dropped generations are removed | removed on open |
enum PublishingStep: String, CaseIterable, Sendable {
    case makeDurable, record, swap, setAside, release
}
