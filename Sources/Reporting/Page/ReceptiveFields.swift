import FileFormats
import Foundation

/// The weights from an input that is an image into some units of the first layer.
public struct ReceptiveFields: Equatable, Sendable {
  /// What one unit looks for.
  public struct Field: Equatable, Sendable {
    /// The unit, from 0.
    public var unit: Int
    /// Row-major, as the image, its channels last.
    public var weights: [Double]

    public init(unit: Int, weights: [Double]) {
      self.unit = unit
      self.weights = weights
    }
  }

  /// Pixels from left to right: of the input, or of the kernel where the first layer is a convolution.
  public var width: Int
  /// Pixels from top to bottom, of the same.
  public var height: Int
  /// 1: grey, 3: red, green, blue.
  public var channels: Int
  /// Units of the layer, shown or not.
  public var units: Int
  /// The units shown, in their order.
  public var fields: [Field]

  /// Keeps at most so many units, those of the largest norms.
  public init(width: Int, height: Int, channels: Int = 1, fields: [Field], atMost most: Int = 64) {
    precondition(channels == 1 || channels == 3, "an image is grey or coloured")
    precondition(
      fields.allSatisfy { $0.weights.count == width * height * channels }, "a weight a channel of a pixel")
    self.width = width
    self.height = height
    self.channels = channels
    units = fields.count
    func norm(_ field: Field) -> Double { field.weights.reduce(0) { $0 + $1 * $1 } }
    let largest = fields.sorted { (norm($0), $1.unit) > (norm($1), $0.unit) }.prefix(most)
    self.fields = largest.sorted { $0.unit < $1.unit }
  }

  /// Columns of the picture.
  var columns: Int { Int(Double(fields.count).squareRoot().rounded(.up)) }

  /// The value that has the full colour: 99.5 % of the weights are not larger.
  package var scale: Double {
    let sizes = fields.flatMap { $0.weights.map(abs) }.filter(\.isFinite).sorted()
    guard let last = sizes.last else { return 1 }
    let scale = sizes[Int(0.995 * Double(sizes.count - 1))]
    return scale > 0 ? scale : last > 0 ? last : 1
  }

  /// The colours of the largest negative and positive weights; 0 is transparent, so that paper of any colour shows
  /// through.
  static let colours: (negative: [UInt8], positive: [UInt8]) = ([22, 104, 206], [222, 92, 16])

  /// All fields in one picture, with a pixel between them: of a grey image's weights the sign is the colour and the size
  /// how opaque it is; of a coloured one's each channel is brighter than half where its weight drives the unit.
  var png: [UInt8] {
    let rows = (fields.count + columns - 1) / max(columns, 1)
    let (tile, scale) = ((width: width + 1, height: height + 1), scale)
    let (wide, high) = (columns * tile.width - 1, rows * tile.height - 1)
    var bytes = [UInt8](repeating: 0, count: 4 * wide * high)
    for (index, field) in fields.enumerated() {
      let corner = (x: index % columns * tile.width, y: index / columns * tile.height)
      for pixel in 0..<width * height {
        let at = 4 * ((corner.y + pixel / width) * wide + corner.x + pixel % width)
        let weights = field.weights[pixel * channels..<(pixel + 1) * channels]
        bytes.replaceSubrange(at..<at + 4, with: colour(weights.map { $0.isFinite ? $0 / scale : 0 }))
      }
    }
    return PNG.encode(width: wide, height: high, .redGreenBlueAlpha, bytes)
  }

  /// Red, green, blue and opacity of a pixel, from its channels' weights over the scale.
  private func colour(_ weights: [Double]) -> [UInt8] {
    let clipped = weights.map { min(max($0, -1), 1) }
    if channels == 3 { return clipped.map { UInt8((127.5 + 127.5 * $0).rounded()) } + [255] }
    let colour = clipped[0] < 0 ? Self.colours.negative : Self.colours.positive
    return colour + [UInt8((255 * abs(clipped[0])).rounded())]
  }
}
