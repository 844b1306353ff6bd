import Glibc

/// Standard error, unbuffered. That it cannot be written to is no reason to stop the work.
public enum StandardError {
    public static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if written > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if written == 0 || errno != EINTR {
                    return
                }
            }
        }
    }

    /// A terminal that can redraw a line.
    public static var isTerminal: Bool {
        guard isatty(STDERR_FILENO) == 1 else { return false }
        guard let name = getenv("TERM") else { return false }
        return String(cString: name) != "dumb"
    }

    /// Asked anew each time, because windows are resized. 80 where the terminal does not say.
    public static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
