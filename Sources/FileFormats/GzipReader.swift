import CZlib

/// The bytes of a file, unpacked on the way when it is gzipped (RFC 1952, over zlib).
///
/// A file without gzip's first two bytes is read as it is; a gzip file may have several members, and zeros after the last.
/// The checksum of a member is checked when its end is reached, so read until 0 comes.
public struct GzipReader: ~Copyable {
  public var path: String { file.path }
  /// The size of the file as it lies there, packed or plain.
  public var fileSize: Int { file.size }
  /// Whether the file is gzipped.
  public let isPacked: Bool
  /// More unpacked bytes than this are an error.
  public let limit: Int
  /// The unpacked bytes so far, those before an error included.
  public private(set) var count = 0
  /// Whether reading failed because the gzip stream breaks off.
  public private(set) var isTruncated = false

  private let file: InputFile
  // zlib keeps a pointer to its stream, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let packed: UnsafeMutableRawBufferPointer
  private var isBetweenMembers = false

  /// Opens the file; `limit` bounds the unpacked bytes, so that a gzip bomb stops there.
  public init(path: String, limit: Int) throws(FileError) {
    precondition(limit >= 0, "a limit is a number of bytes")
    let file = try InputFile(path: path)
    let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 64)
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let isPacked: Bool
    do throws(FileError) {
      isPacked = try Self.startsAsGzip(file, buffer: packed)
      // 15: the largest window; 16: a gzip wrapper, no other.
      guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        throw FileError(.inputOutput, path: path, "cannot be unpacked: zlib finds no memory")
      }
    } catch {
      stream.deallocate()
      packed.deallocate()
      throw error
    }
    self.isPacked = isPacked
    self.limit = limit
    self.file = file
    self.stream = stream
    self.packed = packed
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    packed.deallocate()
  }

  private static func startsAsGzip(
    _ file: borrowing InputFile, buffer: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Bool {
    let magic = UnsafeMutableRawBufferPointer(rebasing: buffer[..<2])
    return try file.read(into: magic, at: 0) == 2 && magic.elementsEqual([0x1f, 0x8b])
  }

  /// Fills `target` with the next unpacked bytes; fewer, or 0, only at the end.
  public mutating func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let allowed = min(target.count, limit - count)
    let filled = try next(into: UnsafeMutableRawBufferPointer(rebasing: target[..<allowed]))
    if filled == allowed, allowed < target.count {
      // At the limit: one byte more, into the room that is left, tells the end from too much.
      if try next(into: UnsafeMutableRawBufferPointer(rebasing: target[allowed...allowed])) > 0 {
        throw FileError(.badData, path: path, "unpacks to more than \(limit) bytes, the limit")
      }
    }
    return filled
  }

  /// Leaves out the next unpacked bytes; of a plain file they are not read at all.
  public mutating func skip(_ bytes: Int) throws(FileError) {
    guard isPacked else {
      count += bytes
      return try file.skip(bytes)
    }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: min(bytes, 1 << 18), alignment: 64)
    defer { room.deallocate() }
    var left = bytes
    while left > 0 {
      let step = try read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<min(left, room.count)]))
      if step == 0 { return }
      left -= step
    }
  }

  private mutating func next(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var filled = 0
    while filled < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
      let step = isPacked ? try unpack(into: rest) : try file.read(into: rest)
      if step == 0 { break }
      filled += step
      if !isPacked { count += step }
    }
    return filled
  }

  /// Unpacks at least one byte into `target`; 0 at the end of the last member.
  private mutating func unpack(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    // zlib counts in 32 bits.
    let room = UInt32(min(target.count, 1 << 30))
    stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = room
    while stream.pointee.avail_out == room {
      if stream.pointee.avail_in == 0, try !refill() { return 0 }
      if isBetweenMembers {
        // Tapes and some copies fill the last block with zeros.
        while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
          stream.pointee.next_in += 1
          stream.pointee.avail_in -= 1
        }
        if stream.pointee.avail_in == 0 { continue }
        try startMember()
      }
      let result = inflate(stream, Z_NO_FLUSH)
      // Counted before an error is looked at: the same call may have unpacked bytes before it.
      count += Int(room - stream.pointee.avail_out)
      switch result {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: isBetweenMembers = true
      case Z_MEM_ERROR:
        throw FileError(.inputOutput, path: path, "cannot be unpacked: zlib finds no memory")
      default:
        let detail = stream.pointee.msg.map { String(cString: $0) } ?? "bad gzip data"
        throw FileError(.badData, path: path, "corrupt after \(count) unpacked bytes: \(detail)")
      }
    }
    return Int(room - stream.pointee.avail_out)
  }

  /// Reads the next packed bytes; false where the file ends and a member has just ended.
  private mutating func refill() throws(FileError) -> Bool {
    let size = try file.read(into: packed)
    stream.pointee.next_in = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(size)
    if size > 0 { return true }
    if isBetweenMembers { return false }
    isTruncated = true
    throw FileError(
      .badData, path: path, "truncated: its gzip stream breaks off after \(count) unpacked bytes")
  }

  private mutating func startMember() throws(FileError) {
    if stream.pointee.next_in.pointee != 0x1f {
      throw FileError(.badData, path: path, "bytes that are not gzip follow the end of its gzip stream")
    }
    inflateReset(stream)
    isBetweenMembers = false
  }
}
