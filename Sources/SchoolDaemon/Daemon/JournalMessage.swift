import Logging

/// What a line of the journal is about.
///
/// Each kind has a fixed 128-bit id (`MESSAGE_ID`, systemd.journal-fields(7)), by which `journalctl -x` shows the entry of
/// `systemd/clix-collectd.catalog` that explains it. An id is never changed, and never used again for something else.
enum JournalMessage: String, CaseIterable {
    case started = "099e77a6cb3141b2aaae7ca54702db00"
    case ended = "ea4e1688c0454541b4534998ccf9cab1"
    /// Ended by us before its work was done.
    case cutOff = "c0427f9823d6439fabf582b7c3e6fded"
    case clockSet = "ed040ff9b9c347be838ff8474d4e373d"
    case settingsRead = "b2b37804c9ea4709a6b46a77001ee0bd"
    case settingsRefused = "98ea4829fb6d473aa72d9783245da195"

    case collected = "e0649fd18d53413fba0443d924648ea8"
    /// Of one dataset something is missing, or all of it.
    case incomplete = "aad8248490f04331bcf0d5a1167c33e8"
    case scriptFailed = "75f021965aad401997636f37bc07b3fe"
    case nothingCollected = "53213ff8ccf343698e9c731386b95613"
    case containerClosed = "f6a11ddc43a141da8d332a821fc30246"
    case diskFull = "e596274757134e0795d369b06f2c6463"
    /// What waited for room was collected.
    case diskHasRoom = "9695ede307d4409eafb7ae53477468e2"
    /// Room was made by what the store has; that costs bytes on the wire.
    case basesLetGo = "38d54f81c83744b1b7af7c3bceb825e1"
    /// What goes with the line before it: a file that is missing, a line of a script's output.
    case detail = "c2cde3b791dc45058578e9594b1f0bee"

    case clockDoubted = "a89fff355fa44deb89ea069ea2f0bf1c"
    case sourceMissing = "25861f079903489abdde85bbec5e2d85"
    case identityDoubted = "649d802b44574add9837b687e771a244"
    case stateNotKept = "82da1874fb0c4416aaa1f902d47601f8"
    /// A person has asked for something, or that has ended.
    case asked = "5a5bfe47ef804d2a8af3e20cfe90cf53"
    /// Commands cannot ask the service.
    case noSocket = "d206d6759ccd46cf8388a402ea2d859f"
    /// A job, or the upload, does not end.
    case stuck = "d3286277ebe64030abf1bb71a02ab10f"

    case uploaded = "34cda33b655249f494be9fe2d0aacdf2"
    /// The store has committed what it has of one dataset so far.
    case partUploaded = "61481bdeb71bba94e04db455d78085fa"
    /// One dataset did not get through, the others do.
    case notUploaded = "3471a4294e9b42b48c4b6c15f8d709dc"
    case uploadNotice = "c23ec1390ecf47f0a36cdf9ef48ac90d"
    case offline = "a6335c8a7ff7479b96220426b05b03d3"
    /// After that, or another trouble, an upload got through that had no dataset to send.
    case throughAgain = "20b614e2476d47babc46735e8ff432a8"
    /// The store, or what is at work beside us, has us come later.
    case uploadWaits = "1dae48c893eb48f784f5a586dce45361"
    /// Nothing is uploaded until somebody does something.
    case uploadRefused = "ce639e51f484476a86bb4160b9ccc7d7"
    case uploadFailed = "d378443640484b89a217eb130a9b38a3"

    /// Offline is normal: no error, no warning.
    var level: Logger.Level {
        switch self {
        case .collected, .uploaded, .partUploaded, .offline, .throughAgain, .uploadWaits, .asked: .info
        case .started, .ended, .cutOff, .clockSet, .settingsRead, .diskHasRoom, .basesLetGo: .notice
        case .settingsRefused, .uploadRefused: .error
        case .incomplete, .scriptFailed, .nothingCollected, .containerClosed, .diskFull, .detail, .clockDoubted,
            .sourceMissing, .identityDoubted, .stateNotKept, .stuck, .notUploaded, .uploadNotice, .uploadFailed,
            .noSocket:
            .warning
        }
    }
}
