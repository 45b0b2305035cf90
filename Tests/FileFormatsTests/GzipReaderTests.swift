import FileFormats
import TestBasis
import Testing

@Suite("Gzip reader") struct GzipReaderTests {
  let directory: TemporaryFolder
  /// 300,000 bytes that pack to some tens of kilobytes.
  let bytes: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7 ^ $0 >> 3) }

  init() throws { directory = try TemporaryFolder() }

  /// Everything the reader gives, asked for in pieces of `piece` bytes.
  func readAll(_ path: String, limit: Int = 1 << 20, piece: Int = 10_007) throws(FileError) -> [UInt8] {
    var reader = try GzipReader(path: path, limit: limit)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 1)
    defer { buffer.deallocate() }
    var all: [UInt8] = []
    while true {
      let count = try reader.read(into: buffer)
      all += buffer[..<count]
      if count < piece { break }
    }
    return all
  }

  func failure(_ path: String, limit: Int = 1 << 20) -> FileError? {
    do throws(FileError) {
      _ = try readAll(path, limit: limit)
      return nil
    } catch { return error }
  }

  @Test(
    "a packed and a plain file give the same bytes, in pieces of any size", arguments: [1, 7, 4096, 400_000])
  func same(piece: Int) throws {
    let few = Array(bytes[..<20_000])
    let packed = try directory.write("a.gz", directory.gzip(few))
    let plain = try directory.write("a", few)
    #expect(try readAll(packed, piece: piece) == few)
    #expect(try readAll(plain, piece: piece) == few)
  }

  @Test("members follow each other, an empty one too")
  func members() throws {
    let packed =
      try directory.gzip(Array(bytes[..<100_000])) + directory.gzip([])
      + directory.gzip(Array(bytes[100_000...]))
    #expect(try readAll(directory.write("a.gz", packed)) == bytes)
  }

  @Test("an empty file and one of a single byte are plain")
  func small() throws {
    #expect(try readAll(directory.write("empty", [])) == [])
    #expect(try readAll(directory.write("one", [0x1f])) == [0x1f])
  }

  @Test("a stream cut anywhere is truncated, and the file is named")
  func truncated() throws {
    let packed = try directory.gzip(bytes)
    for kept in [3, 10, 11, packed.count / 2, packed.count - 8, packed.count - 1] {
      let path = try directory.write("cut.gz", Array(packed[..<kept]))
      let error = try #require(failure(path))
      #expect(error.kind == .badData && error.path == path)
      #expect(error.description.hasPrefix("\(path): truncated: its gzip stream breaks off after "))
    }
  }

  @Test("a wrong checksum, a wrong length and a flipped bit are corrupt")
  func corrupt() throws {
    let packed = try directory.gzip(bytes)
    for place in [packed.count - 8, packed.count - 4, packed.count / 2] {
      var damaged = packed
      damaged[place] ^= 0x10
      let error = try #require(failure(directory.write("bad.gz", damaged)))
      #expect(error.exitCode == 65)
      #expect(error.reason.hasPrefix("corrupt after "), "\(error)")
    }
  }

  @Test("bytes after the last member are an error")
  func garbage() throws {
    let path = try directory.write("tail.gz", directory.gzip(bytes) + Array("tail".utf8))
    #expect(failure(path)?.reason == "bytes that are not gzip follow the end of its gzip stream")
  }

  @Test(
    "zeros after the last member are no error, however many; what follows them is",
    arguments: [1, 511, 1 << 18])
  func padding(zeros: Int) throws {
    let padded = try directory.gzip(bytes) + [UInt8](repeating: 0, count: zeros)
    #expect(try readAll(directory.write("padded.gz", padded), limit: 1 << 20) == bytes)
    #expect(
      failure(try directory.write("tail.gz", padded + [7]))?.reason.contains("are not gzip follow") == true)
    let two = try padded + directory.gzip(bytes)
    #expect(try readAll(directory.write("two.gz", two), limit: 1 << 20).count == 2 * bytes.count)
  }

  @Test("the limit stops a bomb, and lets a file of exactly that size through")
  func bomb() throws {
    let packed = try directory.gzip([UInt8](repeating: 0, count: 32 << 20))
    #expect(packed.count < 40_000)
    let path = try directory.write("bomb.gz", packed)
    #expect(failure(path)?.reason == "unpacks to more than 1048576 bytes, the limit")
    #expect(try readAll(path, limit: 32 << 20).count == 32 << 20)
    #expect(failure(path, limit: 32 << 20 - 1)?.exitCode == 65)
    let plain = try directory.write("plain", bytes)
    #expect(failure(plain, limit: 299_999)?.exitCode == 65)
    #expect(failure(plain, limit: 300_000) == nil)
  }

  @Test("what cannot be opened is missing: nothing there, a directory, a pipe")
  func missing() throws {
    let nothing = directory.file("nothing.gz")
    #expect(failure(nothing)?.description == "\(nothing): no such file or directory")
    #expect(failure(directory.path)?.reason == "is a directory, not a file")
    #expect(failure("/dev/null")?.reason == "is not a regular file")
    #expect(failure(nothing)?.exitCode == 66)
  }
}
