import LevelTree

/// What a source holds at one path.
enum SourceItem {
    /// A plain file, as it was seen; it may be another by the time it is read.
    case file(FileStatus)
    /// A file that the collector made.
    case text([UInt8], mode: UInt16, modified: FileTime)
    /// A larger file that the collector made, with what `stat` says of it; nil if it is gone.
    case made(MadeFile, FileStatus?)
    /// Could not be read: the pass is partial. With `isFolder` this stands for all that is in it.
    case missed(reason: String, isFolder: Bool)
    /// Left out on purpose, and listed.
    case skipped(reason: String)
    /// Left for the next pass.
    case waiting(reason: String)
}

/// One part of a gathering, pulled item by item in manifest order. Holds the current item only.
protocol SourceStream: AnyObject {
    /// The current item's path in the dataset; raw, and not yet checked to be a `RelativePath`.
    var path: [UInt8] { get }
    /// Nil at the end.
    var item: SourceItem? { get }
    func advance()
    /// Opens the current item, a file, for reading, without following a symlink or waiting for a FIFO's writer; nil, with
    /// `errno` set, if that fails.
    func open() -> Descriptor?
    /// Asked what the current item, a small file, holds.
    var judge: SourceFolder.ContentJudge? { get }
}

extension SourceStream {
    var judge: SourceFolder.ContentJudge? { nil }
}
