import FileFormats

/// A grey picture, one byte a pixel, row-major.
public struct Picture: Equatable, Sendable {
  public var width: Int
  public var height: Int
  /// From 0, drawn black, to `most`, drawn white.
  public var pixels: [UInt8]
  public var most: Double

  public init(width: Int, height: Int, pixels: [UInt8], most: Double = 255) {
    precondition(pixels.count == width * height, "a picture has a byte a pixel")
    self.width = width
    self.height = height
    self.pixels = pixels
    self.most = most
  }

  /// The picture as a PNG file.
  var png: [UInt8] {
    let bytes = pixels.map { UInt8(min(max(255 * Double($0) / most, 0), 255).rounded()) }
    return PNG.encode(width: width, height: height, .grey, bytes)
  }
}
