import CPictures

/// A PNG or JPEG file, read whole, and what it says of its picture.
public struct EncodedPicture: Sendable {
  public let path: String
  public let height: Int
  public let width: Int
  /// 1 of a grey picture, 3 of red, green and blue; transparency is left out.
  public let channels: Int

  private let bytes: [UInt8]
  private let isPNG: Bool

  /// A file of more bytes than this is refused: 256 MiB.
  public static let limit = 1 << 28

  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Whether a file starts as a PNG or JPEG file does; its name may say anything.
  public static func isPicture(start: [UInt8]) -> Bool {
    start.starts(with: png.prefix(6)) || start.starts(with: jpeg)
  }

  /// Reads a file and the header of its picture; throws bad data where it is neither PNG nor JPEG, is damaged, or has 16
  /// bits a number or the colours of print.
  public init(path: String) throws(FileError) {
    try self.init(DurableFile.read(path, limit: Self.limit), path: path)
  }

  /// The same of the bytes of a file.
  public init(_ bytes: [UInt8], path: String) throws(FileError) {
    isPNG = bytes.starts(with: Self.png)
    guard isPNG || bytes.starts(with: Self.jpeg) else {
      throw FileError(.badData, path: path, "is neither a PNG nor a JPEG file, whatever its name says")
    }
    let picture = try Self.read(bytes, isPNG, path, colours: 0, into: nil)
    (self.path, self.bytes) = (path, bytes)
    (height, width, channels) = (picture.height, picture.width, picture.channels)
  }

  /// The bytes of its pixels, height × width × channels; a grey picture of three channels has each number three times.
  public func pixels(channels: Int) throws(FileError) -> [UInt8] {
    precondition(channels == self.channels || channels == 3, "colours are not made grey")
    var pixels = [UInt8](repeating: 0, count: height * width * channels)
    _ = try Self.read(bytes, isPNG, path, colours: Int32(channels), into: &pixels)
    return pixels
  }

  private static func read(
    _ bytes: [UInt8], _ isPNG: Bool, _ path: String, colours: Int32, into pixels: UnsafeMutablePointer<UInt8>?
  ) throws(FileError) -> cpictures_picture {
    var picture = cpictures_picture()
    let read = isPNG ? cpictures_read_png : cpictures_read_jpeg
    guard read(bytes, bytes.count, &picture, colours, pixels) == 0 else {
      let words = withUnsafeBytes(of: &picture.error) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw FileError(.badData, path: path, "as a \(isPNG ? "PNG" : "JPEG") file: \(words)")
    }
    return picture
  }
}
