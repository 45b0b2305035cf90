/// The file formats examples are read from.
public enum DataFormat: String, CaseIterable, Sendable {
  /// Four IDX files, gzipped or not, named as MNIST's.
  case idx
  /// The embedded UCI 8×8 handwritten digits.
  case digits
}

/// The parts a data set is split into.
public enum Split: String, CaseIterable, Sendable {
  case training, validation, test
}

/// Where the examples come from and how they are split.
public struct DataSource: Equatable, Sendable {
  public var format: DataFormat
  /// The folder of the files; nil for the embedded digits.
  public var path: String?
  /// The first `training` rows train; nil takes all that `validation` leaves.
  public var training: Int?
  /// The next `validation` rows validate. The rest of the digits, and the t10k files of an IDX set, test.
  public var validation: Int
  /// An input is its byte divided by this; nil stands for the format's largest byte (IDX 255, digits 16).
  public var divisor: Double?

  public init(
    format: DataFormat, path: String? = nil, training: Int? = nil, validation: Int = 0,
    divisor: Double? = nil
  ) {
    self.format = format
    self.path = path
    self.training = training
    self.validation = validation
    self.divisor = divisor
  }
}
