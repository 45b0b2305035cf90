import CZlib

/// Pictures as PNG files (ISO/IEC 15948), eight bits a channel, packed by zlib.
public enum PNG {
  /// What a pixel's bytes mean.
  public enum Pixels: Sendable {
    /// One byte, 0 black.
    case grey
    /// Red, green, blue.
    case redGreenBlue
    /// Red, green, blue, and how opaque: 255 is wholly so.
    case redGreenBlueAlpha

    /// Bytes of a pixel.
    public var channels: Int {
      switch self {
      case .grey: 1
      case .redGreenBlue: 3
      case .redGreenBlueAlpha: 4
      }
    }

    fileprivate var colourType: UInt8 {
      switch self {
      case .grey: 0
      case .redGreenBlue: 2
      case .redGreenBlueAlpha: 6
      }
    }
  }

  /// The bytes of a PNG file: the same for the same picture and version of zlib.
  ///
  /// - Parameter bytes: height × width × channels, row-major, from the upper left corner.
  public static func encode(width: Int, height: Int, _ pixels: Pixels, _ bytes: [UInt8]) -> [UInt8] {
    precondition(width > 0 && height > 0 && width < 1 << 31 && height < 1 << 31, "a picture has pixels")
    let row = width * pixels.channels
    precondition(bytes.count == height * row, "a picture of \(width) × \(height) has other bytes")
    var scanlines: [UInt8] = []
    scanlines.reserveCapacity(height * (row + 1))
    for y in 0..<height {
      // Every row says which filter it went through: none.
      scanlines.append(0)
      scanlines += bytes[y * row..<(y + 1) * row]
    }
    let header =
      bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, pixels.colourType, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", header) + chunk("IDAT", deflated(scanlines)) + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + content
    let check = crc32(0, named, UInt32(named.count))
    return bigEndian(UInt32(content.count)) + named + bigEndian(UInt32(truncatingIfNeeded: check))
  }

  /// A zlib stream at its densest.
  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var size = compressBound(UInt(bytes.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    let result = compress2(&packed, &size, bytes, UInt(bytes.count), Z_BEST_COMPRESSION)
    precondition(result == Z_OK, "zlib has the room it asked for")
    return Array(packed.prefix(Int(size)))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
