import CMinizip
import Glibc
import LevelTree

/// A zip archive that is open, read with zlib's minizip: one entry after another, with a few tens of kilobytes of memory.
final class ZipArchive {
    private let zip: unzFile
    private let file: Int32
    /// As its end says.
    let entryCount: UInt64

    /// As the format's fields for it can hold.
    private static let longestName = 65_535

    /// - Parameter file: stays open, and the caller's.
    /// - Throws: `.refused` if it is no zip archive, or is cut: its directory stands at its end.
    init(_ file: Int32) throws(ArchiveProblem) {
        guard let stream = fdopen(dup(file), "r") else {
            throw .failed(CollectingProblem(.unreadable, "an archive cannot be opened: there is no memory"))
        }
        // The stream takes the file's own place for that of a path: a path may lead to another file by now.
        var functions = zlib_filefunc64_def()
        fill_fopen64_filefunc(&functions)
        functions.opaque = UnsafeMutableRawPointer(stream)
        functions.zopen64_file = { stream, _, _ in stream }
        // Closes the stream, also if it fails.
        guard let zip = unzOpen2_64("", &functions) else { throw .damaged("it is cut, or no zip file at all") }
        self.zip = zip
        self.file = file
        var facts = unz_global_info64()
        unzGetGlobalInfo64(zip, &facts)
        entryCount = facts.number_entry
    }

    deinit { unzClose(zip) }

    /// Goes through the directory.
    /// - Parameter body: may `read` the entry that it is given.
    /// - Throws: `ArchiveProblem`, what `body` throws too.
    func forEach(_ body: (ZipEntry) throws(ArchiveProblem) -> Void) throws(ArchiveProblem) {
        guard entryCount > 0 else { return }
        var name = [UInt8](repeating: 0, count: ZipArchive.longestName + 1)
        var isWhole = false
        var state = unzGoToFirstFile(zip)
        while state == UNZ_OK {
            if Task.isCancelled {
                throw .failed(CollectingProblem(.unreadable, "stopped while an archive was unpacked"))
            }
            var facts = unz_file_info64()
            let result = unzGetCurrentFileInfo64(zip, &facts, &name, UInt(name.count), nil, 0, nil, 0)
            guard result == UNZ_OK else { break }
            try body(try ZipEntry(facts, name: Array(name.prefix(Int(facts.size_filename)))))
            let length = 46 + UInt64(facts.size_filename + facts.size_file_extra + facts.size_file_comment)
            let next = unzGetOffset64(zip) + length
            state = unzGoToNextFile(zip)
            // Where the count at the end has overflowed or lies, entries would be left out and nothing said.
            isWhole = state == UNZ_END_OF_LIST_OF_FILE && !isEntry(at: next)
        }
        guard isWhole else { throw .damaged("its directory cannot be read to its end") }
    }

    /// Unpacks the entry that `forEach` is at.
    /// - Throws: `.refused` if it does not unpack to what its directory says, and what `take` throws.
    func read(
        _ entry: ZipEntry, _ take: (UnsafeRawBufferPointer) throws(ArchiveProblem) -> Void
    ) throws(ArchiveProblem) {
        let damage = ArchiveProblem.damaged("\(entry.path) in it does not unpack to what it was")
        guard unzOpenCurrentFile(zip) == UNZ_OK else { throw damage }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var total: UInt64 = 0
        do throws(ArchiveProblem) {
            while total <= entry.size {
                let count = unzReadCurrentFile(zip, buffer.baseAddress, UInt32(buffer.count))
                guard count >= 0 else { throw damage }
                if count == 0 { break }
                total += UInt64(count)
                try take(UnsafeRawBufferPointer(rebasing: buffer.prefix(Int(count))))
            }
        } catch {
            unzCloseCurrentFile(zip)
            throw error
        }
        // Tells whether the CRC is right.
        guard unzCloseCurrentFile(zip) == UNZ_OK, total == entry.size else { throw damage }
    }

    private func isEntry(at offset: UInt64) -> Bool {
        var mark = [UInt8](repeating: 0, count: 4)
        guard let offset = off_t(exactly: offset) else { return false }
        return pread(file, &mark, 4, offset) == 4 && mark == [0x50, 0x4b, 0x01, 0x02]
    }
}
