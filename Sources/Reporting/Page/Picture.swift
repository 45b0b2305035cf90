import FileFormats

/// A grey or coloured picture, one byte a channel, row-major.
public struct Picture: Equatable, Sendable {
  public var width: Int
  public var height: Int
  /// 1: grey, 3: red, green, blue.
  public var channels: Int
  /// From 0, drawn black, to `most`, drawn white.
  public var pixels: [UInt8]
  /// 255, or 16 of the embedded digits.
  public var most: Double

  /// `channels` must be 1 or 3, and `pixels` width × height × channels bytes.
  public init(width: Int, height: Int, channels: Int = 1, pixels: [UInt8], most: Double = 255) {
    precondition(channels == 1 || channels == 3, "a picture is grey or coloured")
    precondition(pixels.count == width * height * channels, "a picture has a byte a channel of a pixel")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
    self.most = most
  }

  /// The picture as a PNG file.
  public var png: [UInt8] {
    let bytes = pixels.map { UInt8(min(max(255 * Double($0) / most, 0), 255).rounded()) }
    return PNG.encode(width: width, height: height, channels == 1 ? .grey : .redGreenBlue, bytes)
  }
}

extension Picture {
  /// Pictures of values from 0, black, to 1, white, in rows with gaps between and around them, each number `scale` pixels
  /// wide and high.
  public init(_ rows: [[[Double]]], _ extents: [Int], gap: Int = 1, scale: Int = 1) {
    let (height, width, channels) = (scale * extents[0], scale * extents[1], extents[2])
    let across = (rows.map(\.count).max() ?? 0) * (width + gap) + gap
    let down = rows.count * (height + gap) + gap
    var pixels = [UInt8](repeating: 96, count: across * down * channels)
    for (row, pictures) in rows.enumerated() {
      for (column, picture) in pictures.enumerated() {
        for y in 0..<height {
          let start = ((row * (height + gap) + gap + y) * across + column * (width + gap) + gap) * channels
          for x in 0..<width * channels {
            let number = (y / scale * extents[1] + x / channels / scale) * channels + x % channels
            pixels[start + x] = UInt8((255 * min(max(picture[number], 0), 1)).rounded())
          }
        }
      }
    }
    self.init(width: across, height: down, channels: channels, pixels: pixels)
  }
}
