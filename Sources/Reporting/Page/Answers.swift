/// How a split's examples were answered, as the task has it.
public enum Answers: Equatable, Sendable {
  case classes(Recorded<ClassifiedSplit>)
  case numbers(Recorded<FittedSplit>)
  case pictures(Recorded<RebuiltExamples>)
  /// Nothing answers examples.
  case nothing
}

/// Targets of a split and what the network tells instead.
public struct FittedSplit: Equatable, Sendable {
  /// Of one example and one of its targets.
  public struct Pair: Equatable, Sendable {
    public var target: Double
    public var output: Double

    public init(target: Double, output: Double) { (self.target, self.output) = (target, output) }
  }

  /// `test`, or `validation` where the data have no test split.
  public var split: String
  /// For each target the split's first examples, in the units of the data.
  public var pairs: [[Pair]]
  /// What a reader must know to compare.
  public var note: String?

  public init(split: String, pairs: [[Pair]], note: String? = nil) {
    (self.split, self.pairs, self.note) = (split, pairs, note)
  }
}

/// A few examples of a split as an autoencoder met and told them.
public struct RebuiltExamples: Equatable, Sendable {
  /// `test`, or `validation` where the data have no test split.
  public var split: String
  /// What each row of pictures shows: `inputs`, `damaged inputs`, `outputs`.
  public var rows: [String]
  /// Row by row, each as wide and high as the others.
  public var pictures: [[Picture]]
  /// What a reader must know to compare.
  public var note: String?

  public init(split: String, rows: [String], pictures: [[Picture]], note: String? = nil) {
    (self.split, self.rows, self.pictures, self.note) = (split, rows, pictures, note)
  }

  /// All pictures in rows, a pixel apart, as one.
  var picture: Picture? {
    guard let first = pictures.first?.first else { return nil }
    let (across, down) = (first.width + 1, first.height + 1)
    let columns = pictures.map(\.count).max() ?? 0
    var grid = Picture(
      width: columns * across - 1, height: pictures.count * down - 1, channels: first.channels,
      pixels: Array(
        repeating: UInt8(first.most / 2),
        count: (columns * across - 1) * (pictures.count * down - 1) * first.channels), most: first.most)
    for (row, pictures) in pictures.enumerated() {
      for (column, picture) in pictures.enumerated() {
        let width = picture.width * picture.channels
        for y in 0..<picture.height {
          let start = ((row * down + y) * grid.width + column * across) * grid.channels
          grid.pixels.replaceSubrange(
            start..<start + width, with: picture.pixels[y * width..<(y + 1) * width])
        }
      }
    }
    return grid
  }
}
