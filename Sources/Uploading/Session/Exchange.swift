import CCurl
import CLinux
import Glibc

/// One request on its way: what libcurl's callbacks read and write.
///
/// It is handed to libcurl as a bare pointer; `StoreSession.exchange` keeps it alive until the transfer has ended and
/// takes the pointer away again.
final class Exchange {
    private let request: StoreRequest
    private let settings: SessionSettings
    private let sockets: SocketCount
    private var position: Int
    private var bucket = RateBucket()
    private var watch: StallWatch
    private var lastMoved: UInt64 = 0
    private var end: End?
    private let sentence: UnsafeMutablePointer<CChar>

    private(set) var body: [UInt8] = []
    private(set) var headers = AnswerHeaders()
    var status = 0

    /// Why a callback ended the transfer.
    private enum End {
        case stopped, stalled, oversized, broken
    }

    init(request: StoreRequest, settings: SessionSettings, sockets: SocketCount) {
        self.request = request
        self.settings = settings
        self.sockets = sockets
        position = request.bodyOffset
        watch = StallWatch(patience: UInt64(max(settings.patience, 1)) * 1_000_000_000, now: monotonicNanoseconds())
        sentence = .allocate(capacity: Int(CURL_ERROR_SIZE))
        sentence.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { sentence.deallocate() }

    /// The handle and the sockets keep bare references to this until `detach`.
    func attach(to handle: UnsafeMutableRawPointer) {
        sockets.mayOpen = { [unowned self] in self.mayConnect() }
        let context = Unmanaged.passUnretained(self).toOpaque()
        clix_curl_set_error_buffer(handle, sentence)
        clix_curl_set_body_callback(
            handle, { Exchange.from($3).take($0, $1 * $2) ? $1 * $2 : 0 }, context)
        clix_curl_set_header_callback(
            handle, { Exchange.from($3).takeHeader($0, $1 * $2) ? $1 * $2 : 0 }, context)
        clix_curl_set_upload_callback(handle, { Exchange.from($3).give($0, $1 * $2) }, context)
        clix_curl_set_seek_callback(handle, { Exchange.from($0).rewind(to: $1, origin: $2) }, context)
        clix_curl_set_progress_callback(handle, { Exchange.from($0).goesOn(down: $2, up: $4) ? 0 : 1 }, context)
    }

    func detach(from handle: UnsafeMutableRawPointer) {
        curl_easy_reset(handle)
        sockets.mayOpen = { true }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Exchange {
        guard let context else { preconditionFailure("libcurl lost the context of its callback") }
        return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: What libcurl calls

    private func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Bool {
        guard body.count + count <= request.answerLimit else {
            end = .oversized
            return false
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return true
    }

    private func takeHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Bool {
        if headers.take(UnsafeRawBufferPointer(start: bytes, count: count)) { return true }
        end = .oversized
        return false
    }

    /// Fills `target` with the body's next bytes, as soon as the rate allows some.
    private func give(_ target: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Int {
        guard let content = request.body, let target else { return 0 }
        let wanted = min(capacity, content.count - position)
        guard wanted > 0 else { return 0 }
        while !settings.stop.isSet {
            switch bucket.allowance(wanted: wanted, rate: settings.rate(), now: monotonicNanoseconds()) {
            case .wait(let nanoseconds):
                // This thread does nothing else. Pausing inside libcurl would wake up once a second only.
                var time = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
                nanosleep(&time, nil)
            case .bytes(let count):
                content.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(start: target, count: count)
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
                }
                bucket.spend(count)
                position += count
                return count
            }
        }
        end = .stopped
        return Int(CURL_READFUNC_ABORT)
    }

    /// Whether another connection may be made for this request.
    ///
    /// libcurl sends a request once more by itself, over a new connection, when a kept one turns out to be gone. A frame
    /// is not sent so: what the store has of it decides where it goes on.
    private func mayConnect() -> Bool {
        if request.method != .patch || position == request.bodyOffset { return true }
        end = .broken
        return false
    }

    private func rewind(to offset: Int, origin: Int32) -> Int32 {
        guard request.method != .patch, origin == SEEK_SET, offset == 0 else { return CURL_SEEKFUNC_FAIL }
        position = request.bodyOffset
        return CURL_SEEKFUNC_OK
    }

    private func goesOn(down: Int, up: Int) -> Bool {
        if settings.stop.isSet {
            end = .stopped
            return false
        }
        let moved = sockets.moved
        let sum = sockets.isKnown ? moved : UInt64(max(down, 0)) &+ UInt64(max(up, 0))
        if sum != lastMoved {
            lastMoved = sum
            settings.moved()
        }
        if watch.isStalled(moved: sum, now: monotonicNanoseconds()) {
            end = .stalled
            return false
        }
        return true
    }

    // MARK: What it meant

    func failure(_ code: CURLcode, address: String) -> TransferFailure {
        switch end {
        case .stopped: return .stopped
        case .stalled:
            return TransferFailure(.stalled, "no byte moved between here and \(address) for \(settings.patience) s")
        case .oversized:
            return TransferFailure(
                .oversized, "\(address) answers \(request.path) with more than any store would; is it the store?")
        case .broken:
            return TransferFailure(.cut, "the connection to \(address) broke in the middle of a frame")
        case nil:
            let reason = sentence[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: sentence)
            return TransferFailure(libcurl: code, reason: reason, address: address)
        }
    }
}

func monotonicNanoseconds() -> UInt64 { UInt64(clinux_monotonic_nanoseconds()) }
