import Collecting
import LevelTree
import Staging
import Uploading
import Wire

/// How things stand at this school: what `status` tells. Encodes as the answer to `status --json`.
public struct SchoolStatus: Sendable, Codable, Hashable {
    public struct DatasetStatus: Sendable, Codable, Hashable {
        public var dataset: String
        public var year: Int?
        /// When the last good collection ended: ISO 8601 in the school's time zone; nil if there is none.
        public var collected: String?
        public var outcome: String?
        public var sequence: UInt64?
        public var files: UInt64?
        public var bytes: UInt64?
        /// What a partial one lacks, and why.
        public var missing: [Shortfall]
        /// What the newest attempt came to, and when; it may have failed where `outcome` is of an earlier one.
        public var lastAttempt: Attempt?
        /// The store's newest receipt: when it received which sequence.
        public var receipt: ReceiptStatus?
        /// Bytes of content that the store is not known to have.
        public var waiting: UInt64

        enum CodingKeys: String, CodingKey {
            case dataset, year, collected, outcome, sequence, files, bytes, missing
            case lastAttempt = "last_attempt"
            case receipt
            case waiting = "waiting_bytes"
        }
    }

    public struct Attempt: Sendable, Codable, Hashable {
        public var ended: String
        public var ending: String
        public var reason: String?
        /// The first of what was left out on purpose.
        public var leftOut: [Shortfall]

        enum CodingKeys: String, CodingKey {
            case ended, ending, reason
            case leftOut = "left_out"
        }
    }

    public struct ReceiptStatus: Sendable, Codable, Hashable {
        public var sequence: UInt64
        public var received: String
    }

    public struct Store: Sendable, Codable, Hashable {
        public var address: String?
        public var installation: String?
        /// LEVEL 2 as the store files it.
        public var directory: String?
        /// The operator's name for the school, which stands beside the server's own.
        public var schoolName: String?

        enum CodingKeys: String, CodingKey {
            case address, installation, directory
            case schoolName = "school_name"
        }
    }

    /// What the last upload came to.
    public struct Link: Sendable, Codable, Hashable {
        /// When it ended: ISO 8601 in the school's time zone.
        public var tried: String
        /// When one last got through; nil if none ever did.
        public var gotThrough: String?
        /// What stopped the last; nil if it got through.
        public var problem: String?

        enum CodingKeys: String, CodingKey {
            case tried
            case gotThrough = "got_through"
            case problem
        }
    }

    /// An upload that goes on.
    public struct UnderWay: Sendable, Codable, Hashable {
        /// When the store answered: ISO 8601 in the school's time zone.
        public var since: String
        /// What the store has of the content of what is to be sent, and all of it, in bytes; 0 of 0 until that is known.
        public var done: UInt64
        public var total: UInt64
        /// What the store has committed last in it, by name.
        public var committed: String?

        enum CodingKeys: String, CodingKey {
            case since
            case done = "done_bytes"
            case total = "total_bytes"
            case committed
        }
    }

    /// The store's newest receipt of all.
    public struct Received: Sendable, Codable, Hashable {
        public var dataset: String
        /// ISO 8601 in the school's time zone.
        public var received: String
    }

    /// What uploads do now, and what the configuration lets them do.
    public struct Upload: Sendable, Codable, Hashable {
        /// Nil while none goes on.
        public var underWay: UnderWay?
        /// Nil until there is a receipt.
        public var lastReceived: Received?
        /// A sentence: what holds them back, and until when; nil: nothing does.
        public var held: String?
        /// When they may go on: ISO 8601 in the school's time zone; nil where nothing holds them back.
        public var heldUntil: String?
        /// What this month's have sent and received, in bytes.
        public var monthBytes: UInt64
        /// Nil: any amount.
        public var monthlyLimit: UInt64?

        enum CodingKeys: String, CodingKey {
            case underWay = "under_way"
            case lastReceived = "last_received"
            case held
            case heldUntil = "held_until"
            case monthBytes = "month_bytes"
            case monthlyLimit = "monthly_limit"
        }
    }

    public struct NextRun: Sendable, Codable, Hashable {
        /// As the configuration's table: `collect.db`, `run.progress`.
        public var job: String
        /// It waits for nothing but its turn.
        public var isDue: Bool
        public var at: String

        enum CodingKeys: String, CodingKey {
            case job
            case isDue = "due"
            case at
        }
    }

    public struct Disk: Sendable, Codable, Hashable {
        public var used: UInt64
        public var budget: UInt64
        public var free: UInt64
        public var keepFree: UInt64
        /// Whether something waits for room.
        public var isAboveHighWater: Bool
        /// What there is room to collect.
        public var collecting: DiskUse.Collecting

        enum CodingKeys: String, CodingKey {
            case used, budget, free
            case keepFree = "keep_free"
            case isAboveHighWater = "above_high_water"
            case collecting
        }
    }

    public struct Clock: Sendable, Codable, Hashable {
        public var now: String
        /// Whether the clock is believed; what is collected may be dated by the store's time nevertheless.
        public var isTrusted: Bool
        /// How far it is ahead of the store's, in seconds; nil where the store did not tell its time in this boot.
        public var skew: Int64?
        /// Collections that wait to be filed until the time is known.
        public var held: Int
        public var warning: String?

        enum CodingKeys: String, CodingKey {
            case now
            case isTrusted = "trusted"
            case skew = "ahead_of_store_seconds"
            case held, warning
        }
    }

    /// All of it in one line.
    public var summary = ""
    public var serverID: String
    public var schoolCode: String
    public var schoolName: String
    /// Why nothing is uploaded though this machine is enrolled: it calls itself another server now.
    public var identityProblem: String?
    public var store: Store
    public var datasets: [DatasetStatus]
    /// What the last collection did not get whole, and why, in sentences; secrets are masked. The store is told the same.
    public var errors: [String]
    /// Nil if no upload was tried.
    public var link: Link?
    public var upload: Upload
    public var disk: Disk
    public var clock: Clock
    public var nextRuns: [NextRun]

    enum CodingKeys: String, CodingKey {
        case summary
        case serverID = "server_id"
        case schoolCode = "school_code"
        case schoolName = "school_name"
        case identityProblem = "identity_problem"
        case store, datasets, errors, link, upload, disk, clock
        case nextRuns = "next_runs"
    }
}

extension SchoolTimeZone {
    /// `2018-08-16T15:30:00+05:30`
    func isoText(milliseconds: Int64) -> String {
        var seconds = milliseconds / 1000
        if milliseconds % 1000 < 0 { seconds -= 1 }
        let time = local(FileTime(seconds: seconds, nanoseconds: 0))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let east = abs(time.offset) / 60
        return "\(time.year)-\(two(time.month))-\(two(time.day))T\(time.clockText)"
            + "\(time.offset < 0 ? "-" : "+")\(two(east / 60)):\(two(east % 60))"
    }
}
